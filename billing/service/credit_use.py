"""A credit note in a person's hands: what is left of it pays other invoices of its customer, or goes back to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.models import Invoice, Receivable
from billing.permissions import PERMISSIONS
from billing.queries.customer import get_customer
from billing.queries.invoice import get_issued
from billing.queries.receivable import OpenInvoice, get_receivable, list_open
from billing.service.matching import hold, match
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import money
from kit.permissions import permit
from kit.transaction import Tx, transaction

BY_HAND = "Avoir imputé à la main"
LONGEST_REASON = 300
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class CreditUse:
    """A credit note, what is left of it, whose it is, and what its customer has to pay."""

    note: Invoice
    receivable: Receivable
    customer: str
    invoices: Sequence[OpenInvoice]


def view_use(actor: Actor, invoice_id: UUID) -> CreditUse:
    """What a credit note may pay. Raises NotFound, Conflict for an invoice."""
    with transaction(actor) as tx:
        return _found(tx, invoice_id, "receivable.use")


def use_credit(actor: Actor, invoice_id: UUID, amounts: Mapping[UUID, int], reason: str = "") -> Receivable:
    """Let a credit note settle so many cents of each invoice of its customer. Raises Invalid, Conflict."""
    with transaction(actor) as tx:
        _found(tx, invoice_id, "receivable.use")
        chosen = {one: cents for one, cents in amounts.items() if cents}
        if not chosen:
            fault = "Indiquez le montant à imputer sur une facture au moins."
            raise Invalid(fault, {"amounts": fault})
        hold(tx, [invoice_id, *chosen])
        why = _one_line(reason) or BY_HAND
        for one, cents in chosen.items():
            match(tx, kind="credit_note", amount_cents=cents, reason=why, invoice_id=one, credit_note_id=invoice_id)
        return get_receivable(tx.session, invoice_id)


def refund_credit(actor: Actor, invoice_id: UUID, amount_cents: int, reason: str) -> Receivable:
    """Record that so much of what is left of a credit note was given back by the bank. Raises Invalid, Conflict."""
    with transaction(actor) as tx:
        left = _found(tx, invoice_id, "receivable.refund").receivable.open_cents
        faults, why = {}, _one_line(reason)
        if not 0 < amount_cents <= left:
            faults["refund"] = f"Indiquez un montant de {money(left)} au plus, ce qui reste de cet avoir."
        if not why:
            faults["refund_reason"] = "Indiquez le motif du remboursement."
        if faults:
            raise Invalid("Le remboursement n’est pas enregistré.", faults)
        match(tx, kind="refund", amount_cents=amount_cents, reason=why, credit_note_id=invoice_id)
        return get_receivable(tx.session, invoice_id)


def _found(tx: Tx, invoice_id: UUID, action: str) -> CreditUse:
    note = get_issued(tx.session, invoice_id)
    permit(PERMISSIONS, tx.actor, action, note)
    if note.kind != "credit_note":
        raise Conflict("Seul un avoir s’impute ou se rembourse ici.")
    owed = list_open(tx.session, note.customer_id, MOST_SHOWN)
    name = get_customer(tx.session, note.customer_id).name
    return CreditUse(note, get_receivable(tx.session, invoice_id), name, owed)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_REASON]
