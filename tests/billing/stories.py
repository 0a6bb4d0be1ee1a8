"""Stories of money, told through the commands of the house: issued, received, matched, undone, given back, lost.

`issue` stands for an invoice or a credit note that was issued: rows and their entry, as issuing leaves them.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from billing.models import Customer, Invoice, Issuer, JournalEntry, Matching, Payment
from billing.rules.journal import Side
from billing.service.journal import post
from billing.service.matching import match, unmatch
from billing.service.payment import receive
from kit.actor import system
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import EXEMPT, an_invoice, an_issuer


def issue(
    tenant: Tenant, customer: Customer, cents: int, on: date, due_on: date | None = None, of: Invoice | None = None
) -> Invoice:
    """An invoice; or a credit note `of` one."""
    kind = {"kind": "credit_note", "reference_id": of.id} if of else {}
    invoice = an_invoice(tenant, customer, cents, vat=EXEMPT, issued_on=on, due_on=due_on, **kind)
    sides = (Side("customers", cents, 0, customer.id), Side("sales", 0, cents))
    if of:
        sides = (Side("sales", cents, 0), Side("customers", 0, cents, customer.id))
    with transaction(system(tenant.id, "story")) as tx:
        post(
            tx,
            journal="VE",
            on=on,
            piece=str(invoice.number),
            piece_on=on,
            wording=f"{'Avoir' if of else 'Facture'} {invoice.number}",
            subject="invoice",
            subject_id=invoice.id,
            sides=sides,
        )
    return invoice


def pay(tenant: Tenant, customer: Customer | None, cents: int, on: date, kind: str = "transfer") -> Payment:
    """Money received, of a customer or of somebody unknown."""
    with transaction(system(tenant.id, "story")) as tx:
        return receive(tx, kind=kind, amount_cents=cents, received_on=on, customer_id=customer.id if customer else None)


def settle(tenant: Tenant, kind: str, cents: int, **sides: UUID) -> Matching:
    """A matching: sides are invoice_id, payment_id, credit_note_id."""
    with transaction(system(tenant.id, "story")) as tx:
        return match(tx, kind=kind, amount_cents=cents, reason="essai", **sides)


def undo(tenant: Tenant, matching: Matching) -> None:
    """Undo a matching."""
    with transaction(system(tenant.id, "story")) as tx:
        unmatch(tx, matching.id)


def an_entry(tenant: Tenant) -> JournalEntry:
    """An entry of the journal: money that came from somebody unknown."""
    with transaction(system(tenant.id, "story")) as tx:
        known = tx.session.get(Issuer, tenant.id)
    if known is None:
        an_issuer(tenant)
    with transaction(system(tenant.id, "story")) as tx:
        payment = receive(tx, kind="transfer", amount_cents=100, received_on=tx.now.date())
        return tx.session.scalars(select(JournalEntry).where(JournalEntry.subject_id == payment.id)).one()
