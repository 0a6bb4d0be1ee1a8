"""What an invoice will say: its content, built from the issuer, the customer, the draft and its lines."""

from collections.abc import Sequence
from datetime import date

from billing.models import Customer, Invoice, InvoiceLine, Issuer
from billing.queries.invoice import get_invoice, order_numbers
from billing.rules import due_date
from billing.rules.content import Content, Line, Party, breakdown
from billing.rules.numbering import payment_reference
from billing.rules.states import OUTSIDE_SCOPE
from kit.french import NBSP, money
from kit.host import address_of
from kit.transaction import Tx
from tenants.models import Tenant


def compose(
    tx: Tx, invoice: Invoice, customer: Customer, issuer: Issuer, lines: Sequence[InvoiceLine], on: date, number: str
) -> Content:
    """The content of a draft, as if it were issued `on` that day under that number."""
    is_credit = invoice.kind == "credit_note"
    days = due_date.delay(customer.kind, issuer.terms, customer.terms_days)
    due = due_date.due_on(on, days, is_credit)
    said = tuple(_line(line) for line in lines)
    return Content(
        number=number,
        kind=invoice.kind,
        issued_on=on.isoformat(),
        due_on=due.isoformat(),
        seller=_seller(issuer),
        buyer=_buyer(customer),
        lines=said,
        vat=breakdown(said),
        net_cents=invoice.net_cents,
        vat_cents=invoice.vat_cents,
        total_cents=invoice.total_cents,
        delivered_on=_iso(invoice.delivered_on),
        starts_on=_iso(invoice.period_starts_on),
        ends_on=_iso(invoice.period_ends_on),
        service_code=invoice.service_code,
        engagement_number=invoice.engagement_number,
        purchaser_reference=invoice.purchaser_reference,
        orders=_orders(tx, lines),
        reason=invoice.reason,
        iban=issuer.iban,
        bic=issuer.bic,
        account_holder=issuer.name,
        payment_reference=payment_reference(number),
        terms=due_date.terms_sentence(due, days, is_credit),
        notes=_notes(issuer),
        mentions=issuer.mentions,
        seller_legal_form=issuer.legal_form,
        vat_on_debits=issuer.vat_on_debits,
        portal=address_of(tx.session.get_one(Tenant, tx.tenant_id)),
        **_reference(tx, invoice),
    )


def _orders(tx: Tx, lines: Sequence[InvoiceLine]) -> tuple[str, ...]:
    return tuple(sorted(set(order_numbers(tx.session, [line.order_id for line in lines]).values())))


def _reference(tx: Tx, invoice: Invoice) -> dict[str, str]:
    """The invoice that this one credits or replaces."""
    found = get_invoice(tx.session, invoice.reference_id) if invoice.reference_id else None
    number, on = (found.number or "", found.issued_on) if found else ("", None)
    return {"reference_number": number, "reference_on": _iso(on)}


def _seller(issuer: Issuer) -> Party:
    return Party(
        issuer.name,
        issuer.siret,
        issuer.vat_number,
        issuer.electronic_address,
        issuer.address,
        issuer.postal_code,
        issuer.town,
        issuer.country,
        issuer.email,
        issuer.phone,
    )


def _buyer(customer: Customer) -> Party:
    return Party(
        customer.name,
        customer.siret,
        customer.vat_number,
        customer.electronic_address,
        customer.address,
        customer.postal_code,
        customer.town,
        customer.country,
    )


def _line(line: InvoiceLine) -> Line:
    return Line(
        designation=line.designation,
        detail=line.detail,
        quantity=line.quantity,
        unit_code=line.unit_code,
        unit_cents=line.unit_cents,
        net_cents=line.net_cents,
        vat_cents=line.vat_cents,
        total_cents=line.total_cents,
        category=line.vat_category or OUTSIDE_SCOPE,
        rate=line.rate,
        exemption_text=line.exemption_text,
        exemption_code=line.exemption_code,
        starts_on=_iso(line.period_starts_on),
        ends_on=_iso(line.period_ends_on),
    )


def _notes(issuer: Issuer) -> tuple[tuple[str, str], ...]:
    """The three mentions that the law wants: recovery fee, penalties, discount."""
    fee = money(issuer.recovery_cents)
    recovery = f"Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement{NBSP}: {fee}."
    return (("PMT", recovery), ("PMD", issuer.penalty_text), ("AAB", issuer.discount_text))


def _iso(on: date | None) -> str:
    return on.isoformat() if on else ""
