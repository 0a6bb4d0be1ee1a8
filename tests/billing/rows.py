"""Invoices and what surrounds them written straight into the tables: where a test begins when it is about what follows.

`an_issuer`, `a_customer`, `a_draft`, `an_invoice` (issued, numbered, without its file), `a_payment`.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from billing.models import (
    Customer,
    Invoice,
    InvoiceDocument,
    InvoiceLine,
    InvoiceSeries,
    Issuer,
    Payment,
    Receivable,
    VatRule,
)
from billing.rules.content import Content, Line, Party, breakdown
from kit.actor import system
from kit.db import uuid7
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.services_catalog.market import Facility

numbers = count(1)
sources = count(1)
# Invented companies with numbers that are well formed (Luhn, mod 97).
SELLER_SIRET, BUYER_SIRET, ARS_SIRET = "13000796600018", "26600000900016", "13000797400012"
IBAN, BIC = "FR7630006000011234567890189", "AGRIFRPP"
EXEMPT = {
    "category": "E",
    "rate": 0,
    "exemption_text": "Exonération de TVA, article 261 B du code général des impôts",
    "exemption_code": "VATEX-FR-CGI261B",
}
STANDARD = {"category": "S", "rate": 2000, "exemption_text": "", "exemption_code": ""}


def _system(tenant: Tenant) -> Any:
    return system(tenant.id, "rows")


def an_issuer(tenant: Tenant, **columns: Any) -> Issuer:
    """The tenant as it invoices: complete, 20 % for everybody."""
    row = {
        "name": "GIP GRADeS Essai",
        "legal_form": "Groupement d’intérêt public",
        "siret": SELLER_SIRET,
        "vat_number": "FR05130007966",
        "address": "1 rue de la Paix",
        "postal_code": "35000",
        "town": "Rennes",
        "email": "factures@grades.example",
        "phone": "0299000000",
        "electronic_address": SELLER_SIRET[:9],
        "iban": IBAN,
        "bic": BIC,
        "prefix": "F",
        "penalty_text": "Pénalités de retard\xa0: taux BCE majoré de 8 points.",
        "discount_text": "Pas d’escompte pour paiement anticipé.",
        "terms": {"public_health": 50, "public": 30, "private": 30},
        "ladders": {
            kind: [{"days": 15, "tone": "courtesy"}, {"days": 45, "tone": "firm"}]
            for kind in ("public_health", "public", "private")
        },
        "accounts": {
            "customers": "411000",
            "sales": "706000",
            "vat": "445710",
            "bank": "512000",
            "suspense": "471000",
            "write_off": "654000",
            "provider": "511500",
            "fees": "627000",
            "grants": "740000",
        },
    }
    with transaction(_system(tenant)) as tx:
        issuer: Issuer = tx.add(Issuer(**(row | columns), changed_at=tx.now))
        tx.add(VatRule(**STANDARD, starts_on=date(2020, 1, 1), set_at=tx.now))
    return issuer


def a_customer(tenant: Tenant, facility: Facility | None = None, **columns: Any) -> Customer:
    """A facility's account, or with `is_funder=True` the ARS's; private, invoiced by mail, unless told otherwise."""
    number = next(numbers)
    row: dict[str, Any] = {
        "number": f"C{number:05}",
        "kind": "private",
        "name": "EHPAD Les Tilleuls",
        "siret": BUYER_SIRET,
        "address": "2 rue du Port",
        "postal_code": "29200",
        "town": "Brest",
        "email": f"compta{number}@tilleuls.example",
        "electronic_address": BUYER_SIRET[:9],
        "channel": "email",
    }
    if facility is not None:
        row |= {
            "organisation_id": facility.organisation.id,
            "finess_ej": facility.finess_ej,
            "name": facility.organisation.name,
        }
    with transaction(_system(tenant)) as tx:
        customer: Customer = tx.add(Customer(**(row | columns), created_at=tx.now))
    return customer


def a_draft(
    tenant: Tenant, customer: Customer, *totals: int, vat: dict[str, Any] | None = None, **columns: Any
) -> Invoice:
    """A draft with a line of each total (cents, VAT included; 120,00 € when none is told)."""
    with transaction(_system(tenant)) as tx:
        return _draft(tx, customer, totals or (12_000,), vat or STANDARD, columns)


def an_invoice(
    tenant: Tenant,
    customer: Customer,
    *totals: int,
    vat: dict[str, Any] | None = None,
    issued_on: date | None = None,
    due_on: date | None = None,
    **columns: Any,
) -> Invoice:
    """An issued invoice and its receivable; issued today unless told (days of one year must follow one another)."""
    with transaction(_system(tenant)) as tx:
        invoice = _draft(tx, customer, totals or (12_000,), vat or STANDARD, columns)
        _issue(tx, invoice, customer, issued_on or tx.now.date(), due_on)
        return invoice


def a_payment(tenant: Tenant, customer: Customer | None, amount_cents: int, **columns: Any) -> Payment:
    """Money received, that pays nothing yet."""
    with transaction(_system(tenant)) as tx:
        row: dict[str, Any] = {"kind": "transfer", "received_on": tx.now.date(), "recorded_at": tx.now}
        payment: Payment = tx.add(
            Payment(
                customer_id=customer.id if customer else None,
                amount_cents=amount_cents,
                open_cents=amount_cents,
                **(row | columns),
            )
        )
    return payment


def _draft(
    tx: Tx, customer: Customer, totals: tuple[int, ...], vat: dict[str, Any], columns: dict[str, Any]
) -> Invoice:
    lines = [_line(total, vat) for total in totals]
    invoice: Invoice = tx.add(
        Invoice(
            **(
                {
                    "id": uuid7(),
                    "kind": "invoice",
                    "customer_id": customer.id,
                    "organisation_id": customer.organisation_id,
                    "is_funder": customer.is_funder,
                    "net_cents": sum(one["net_cents"] for one in lines),
                    "vat_cents": sum(one["vat_cents"] for one in lines),
                    "total_cents": sum(totals),
                    "created_at": tx.now,
                    "delivered_on": tx.now.date(),
                }
                | columns
            )
        )
    )
    tx.session.flush()
    for position, line in enumerate(lines, start=1):
        tx.add(
            InvoiceLine(
                invoice_id=invoice.id,
                position=position,
                subject="service",
                source="manual",
                source_key=f"{next(sources)}",
                share="whole",
                designation=f"Prestation {position}",
                **line,
            )
        )
    tx.session.flush()
    return invoice


def _line(total: int, vat: dict[str, Any]) -> dict[str, Any]:
    net = (total * 10_000 * 2 + 10_000 + vat["rate"]) // (2 * (10_000 + vat["rate"]))
    words = {
        "vat_category": vat["category"],
        "rate": vat["rate"],
        "exemption_text": vat["exemption_text"],
        "exemption_code": vat["exemption_code"],
    }
    return {"unit_cents": net, "net_cents": net, "vat_cents": total - net, "total_cents": total, **words}


def _issue(tx: Tx, invoice: Invoice, customer: Customer, on: date, due_on: date | None) -> None:
    tx.session.execute(
        insert(InvoiceSeries).values(tenant_id=tx.tenant_id, year=on.year, last_number=0).on_conflict_do_nothing()
    )
    row = tx.session.get_one(InvoiceSeries, (tx.tenant_id, on.year), with_for_update=True)
    row.last_number, row.last_issued_on = row.last_number + 1, on
    tx.session.flush()
    number = f"F{on.year}-{row.last_number:06}"
    due = due_on or on + timedelta(days=30)
    invoice.number, invoice.series_year, invoice.series_number = number, on.year, row.last_number
    invoice.state, invoice.issued_on, invoice.due_on, invoice.issued_at = "issued", on, due, tx.now
    invoice.payment_reference = number.replace("-", "")
    with tx.session.no_autoflush:
        invoice.content = a_content(tx, invoice, customer).as_json()
    tx.session.flush()
    tx.add(
        Receivable(
            id=invoice.id,
            customer_id=customer.id,
            organisation_id=invoice.organisation_id,
            is_funder=invoice.is_funder,
            is_credit=invoice.kind == "credit_note",
            due_on=due,
            total_cents=invoice.total_cents,
            open_cents=invoice.total_cents,
        )
    )
    tx.add(InvoiceDocument(invoice_id=invoice.id, next_attempt_at=tx.now))


def a_content(tx: Tx, invoice: Invoice, customer: Customer) -> Content:
    """What the document of an invoice says."""
    rows = tx.session.query(InvoiceLine).filter(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.position)
    lines = tuple(
        Line(
            designation=row.designation,
            detail=row.detail,
            quantity=row.quantity,
            unit_code=row.unit_code,
            unit_cents=row.unit_cents,
            net_cents=row.net_cents,
            vat_cents=row.vat_cents,
            total_cents=row.total_cents,
            category=row.vat_category or "S",
            rate=row.rate,
            exemption_text=row.exemption_text,
            exemption_code=row.exemption_code,
        )
        for row in rows
    )
    return content_of(str(invoice.number), str(invoice.issued_on), str(invoice.due_on), lines, name=customer.name)


SELLER = Party(
    "GIP GRADeS Essai",
    SELLER_SIRET,
    "FR05130007966",
    SELLER_SIRET[:9],
    "1 rue de la Paix",
    "35000",
    "Rennes",
    "FR",
    "factures@grades.example",
    "0299000000",
)
USUAL: dict[str, Any] = {
    "kind": "invoice",
    "starts_on": "",
    "ends_on": "",
    "service_code": "",
    "engagement_number": "",
    "purchaser_reference": "",
    "orders": (),
    "reference_number": "",
    "reference_on": "",
    "reason": "",
    "iban": IBAN,
    "bic": BIC,
    "account_holder": "GIP GRADeS Essai",
    "terms": "30 jours date de facture",
    "notes": (
        ("PMT", "Indemnité forfaitaire pour frais de recouvrement\xa0: 40 euros."),
        ("PMD", "Pénalités de retard\xa0: taux BCE majoré de 8 points."),
        ("AAB", "Pas d’escompte pour paiement anticipé."),
    ),
    "mentions": "",
    "seller_legal_form": "Groupement d’intérêt public",
    "vat_on_debits": False,
    "portal": "https://portail.example",
}


def content_of(
    number: str, issued_on: str, due_on: str, lines: tuple[Line, ...], name: str = "EHPAD Les Tilleuls", **words: Any
) -> Content:
    """A complete content around lines; `words` replace any of it."""
    net, vat = sum(line.net_cents for line in lines), sum(line.vat_cents for line in lines)
    facts: dict[str, Any] = {
        "number": number,
        "issued_on": issued_on,
        "due_on": due_on,
        "seller": SELLER,
        "buyer": Party(name, BUYER_SIRET, "", BUYER_SIRET[:9], "2 rue du Port", "29200", "Brest", "FR"),
        "lines": lines,
        "vat": breakdown(lines),
        "net_cents": net,
        "vat_cents": vat,
        "total_cents": net + vat,
        "delivered_on": issued_on,
        "payment_reference": number.replace("-", ""),
    }
    return Content(**(USUAL | facts | words))


def owned_by(tenant: Tenant, row_type: Any, row_id: UUID) -> Any:
    """The row as it is now."""
    with transaction(_system(tenant)) as tx:
        return tx.session.get_one(row_type, (tenant.id, row_id))


def noon(on: date) -> datetime:
    """Noon in Paris or so, on a day, aware."""
    return datetime(on.year, on.month, on.day, 11, tzinfo=UTC)
