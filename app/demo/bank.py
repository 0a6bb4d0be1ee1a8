"""The bank of the demonstration: what customers paid, as its monthly file says it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from stdnum import luhn

from billing.models import Customer, Invoice, Receivable
from billing.service.bank_statement import import_statement
from kit import clock
from kit.actor import Actor, system
from kit.transaction import transaction
from tenants.models import Tenant

IBAN = "FR7630006000011234567890189"
ARS = {
    "kind": "public",
    "siret": "13000797400012",
    "electronic_address": "130007974",
    "address": "6 place de l’Exemple",
    "postal_code": "35000",
    "town": "Rennes",
    "email": "comptabilite@ars-bretagne.test",
    "requirement": "service",
    "service_code": "CYBER-53",
    "channel": "manual",
}


@dataclass(frozen=True, slots=True)
class Owed:
    """An open invoice, as its customer sees it."""

    number: str
    customer: str
    open_cents: int
    total_cents: int
    due_on: date
    reference: str


def siret(rank: int) -> str:
    """An invented number, well formed."""
    body = f"26{rank:06}"
    siren = body + luhn.calc_check_digit(body)
    establishment = f"{siren}0001"
    return establishment + luhn.calc_check_digit(establishment)


def pay(tenant: Tenant, grades: Actor, at: datetime) -> None:
    """A month's file: most pay what they owe and quote it; some forget the reference, pay a part, or too much."""
    with clock.frozen(at):
        owed = _open(tenant, at.date())
        if owed:
            content = _file(at.date(), owed)
            import_statement(grades, f"releve-{at:%Y-%m}.csv", content)


def _open(tenant: Tenant, on: date) -> Sequence[Owed]:
    with transaction(system(tenant.id, "démonstration")) as tx:
        query = (
            select(Invoice, Customer.name, Receivable.open_cents)
            .join(Receivable, Receivable.id == Invoice.id)
            .join(Customer, Customer.id == Invoice.customer_id)
            .where(Receivable.open_cents > 0, ~Receivable.is_credit, Invoice.issued_on < on - timedelta(days=10))
            .order_by(Invoice.series_year, Invoice.series_number)
        )
        return [
            Owed(
                invoice.number or "", name, cents, invoice.total_cents, invoice.due_on or on, invoice.payment_reference
            )
            for invoice, name, cents in tx.session.execute(query)
        ]


def _file(on: date, owed: Sequence[Owed]) -> bytes:
    written = io.StringIO()
    rows = csv.writer(written, delimiter=";")
    rows.writerow(["Compte", IBAN])
    rows.writerow(["Date", "Libellé", "Payeur", "Débit", "Crédit"])
    rows.writerow([f"{on:%d/%m/%Y}", "FRAIS DE TENUE DE COMPTE", "", "12,40", ""])
    for rank, one in enumerate(owed):
        said = _said(one, rank)
        if said is not None:
            wording, cents = said
            day = on - timedelta(days=rank % 9)
            rows.writerow([f"{day:%d/%m/%Y}", wording, one.customer, "", f"{cents // 100},{cents % 100:02}"])
    if on.month % 3 == 0:
        rows.writerow([f"{on:%d/%m/%Y}", "VIR TRESORERIE 0350", "DRFIP BRETAGNE", "", "618,40"])
    return written.getvalue().encode("cp1252", "replace")


def _said(one: Owed, rank: int) -> tuple[str, int] | None:
    """The wording and the amount of a transfer; None when nobody pays this month."""
    habits = int("".join(filter(str.isdigit, one.number))) % 12
    if habits in (3, 7):
        return None
    if habits == 5:
        return "VIR MANDAT COLLECTIF", one.open_cents
    if habits == 8:
        is_first = one.open_cents == one.total_cents
        return (f"VIR {one.number} ACOMPTE", one.open_cents // 2) if is_first else None
    if habits == 10:
        return f"VIR {one.reference} ET SOLDE", one.open_cents + 500
    return f"VIR SEPA {one.reference}", one.open_cents
