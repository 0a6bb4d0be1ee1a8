"""What an issue settles by itself: a credit note, the invoice that it credits, then the one that replaces it."""

from collections.abc import Sequence
from uuid import UUID

from billing.models import Invoice, Receivable
from billing.queries import invoice as invoices
from billing.queries.receivable import lock_receivables
from billing.service.matching import match
from kit.transaction import Tx


def hold_for(tx: Tx, draft: Invoice) -> None:
    """Lock what `settle` will touch, before any series."""
    others = _others(tx, draft)
    if others:
        lock_receivables(tx.session, others)


def settle(tx: Tx, issued: Invoice) -> None:
    """Match what has just been issued with what it credits, or with the credit notes of what it replaces."""
    others = _others(tx, issued)
    if not others:
        return
    rows = lock_receivables(tx.session, [issued.id, *others])
    own = rows[issued.id]
    for other_id in others:
        amount = min(own.open_cents, rows[other_id].open_cents)
        if amount:
            _match(tx, issued, own, rows[other_id], amount)
            rows = lock_receivables(tx.session, [issued.id, *others])
            own = rows[issued.id]


def _others(tx: Tx, invoice: Invoice) -> Sequence[UUID]:
    """What the invoice has to do with: the one it credits; or the issued credit notes of the one it replaces."""
    if invoice.reference_id is None:
        return []
    if invoice.kind == "credit_note":
        return [invoice.reference_id]
    following = invoices.list_following(tx.session, invoice.reference_id)
    return [one.id for one in following if one.kind == "credit_note" and one.state == "issued"]


def _match(tx: Tx, issued: Invoice, own: Receivable, other: Receivable, amount: int) -> None:
    is_credit = issued.kind == "credit_note"
    match(
        tx,
        kind="credit_note",
        amount_cents=amount,
        reason=f"Avoir {issued.number} de cette facture" if is_credit else "Avoir de la facture qu’elle remplace",
        invoice_id=other.id if is_credit else own.id,
        credit_note_id=own.id if is_credit else other.id,
        automatic=True,
    )
