"""What is given up of an invoice: a loss, with its reason, that may be taken back."""

from dataclasses import dataclass
from uuid import UUID

from billing.models import Invoice, Matching, Receivable
from billing.permissions import PERMISSIONS
from billing.queries.customer import get_customer
from billing.queries.invoice import get_issued
from billing.queries.receivable import get_receivable
from billing.service.matching import match
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import money
from kit.permissions import permit
from kit.transaction import Tx, transaction

# Above this, a person is asked again.
LARGE_CENTS = 50_000
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class WriteOffPage:
    """An issued invoice, what is left of it, whose it is."""

    invoice: Invoice
    receivable: Receivable
    customer: str


def view_write_off(actor: Actor, invoice_id: UUID) -> WriteOffPage:
    """What may be given up of an invoice. Raises NotFound."""
    with transaction(actor) as tx:
        return _page(tx, invoice_id)


def write_off(actor: Actor, invoice_id: UUID, amount_cents: int, reason: str, sure: bool = False) -> Matching:
    """Give up so many cents of an invoice. Raises Invalid, on `sure` for a large amount that was not asked twice."""
    with transaction(actor) as tx:
        found = _page(tx, invoice_id)
        left, why = found.receivable.open_cents, " ".join(reason.split())[:LONGEST_REASON]
        if found.receivable.is_credit:
            raise Conflict("Un avoir ne se passe pas en perte.")
        if not left:
            raise Conflict("Il ne reste rien à payer sur cette facture.")
        faults = {}
        if not 0 < amount_cents <= left:
            faults["amount"] = f"Indiquez un montant de {money(left)} au plus, ce qui reste à payer."
        if not why:
            faults["reason"] = "Indiquez pourquoi cette somme ne sera pas payée."
        if not faults and amount_cents > LARGE_CENTS and not sure:
            faults["sure"] = f"Confirmez que vous renoncez à {money(amount_cents)}."
        if faults:
            raise Invalid("Rien n’est passé en perte.", faults)
        return match(tx, kind="write_off", amount_cents=amount_cents, reason=why, invoice_id=invoice_id)


def _page(tx: Tx, invoice_id: UUID) -> WriteOffPage:
    invoice = get_issued(tx.session, invoice_id)
    permit(PERMISSIONS, tx.actor, "receivable.write_off", invoice)
    customer = get_customer(tx.session, invoice.customer_id)
    return WriteOffPage(invoice, get_receivable(tx.session, invoice_id), customer.name)
