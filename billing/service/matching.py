"""What pays what: the only way an invoice is settled, and the way back."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from billing.models import Matching, Payment, Receivable
from billing.queries.payment import get_matching, get_payment
from billing.queries.receivable import get_number, lock_receivables
from billing.rules.states import MATCHING_KINDS
from billing.service.journal import Side, post, reverse
from billing.service.payment import account_of, owner_side, piece_of, recognise
from kit.db import uuid7
from kit.errors import Conflict, Invalid, NotFound
from kit.french import NBSP, money
from kit.transaction import Tx
from services_catalog.service.today import today


@dataclass(frozen=True, slots=True)
class Held:
    """The sides of a matching, under lock."""

    invoice: Receivable | None
    credit_note: Receivable | None
    payment: Payment | None


def hold(tx: Tx, invoice_ids: Iterable[UUID], payment_id: UUID | None = None) -> None:
    """Lock what several matchings of one transaction touch, before the first one: nobody waits in a circle."""
    lock_receivables(tx.session, invoice_ids)
    if payment_id is not None:
        get_payment(tx.session, payment_id, lock=True)


def match(
    tx: Tx,
    *,
    kind: str,
    amount_cents: int,
    reason: str,
    invoice_id: UUID | None = None,
    payment_id: UUID | None = None,
    credit_note_id: UUID | None = None,
    automatic: bool = False,
) -> Matching:
    """Settle so many cents of an invoice by a payment, a credit note or a write-off; or give a payment back (refund).

    A payment of an unknown payer becomes that of the invoice's customer. Raises Conflict when there is not so much to
    settle, or to settle it with; Invalid when the sides are not those of the kind. Several in one transaction: `hold`
    them first. Locks receivables, then the payment, then the journal's numbers.
    """
    if kind not in MATCHING_KINDS or not reason.strip():
        raise Invalid("Un rapprochement a un motif.", {"reason": "Indiquez le motif."})
    held = _hold(tx, invoice_id, credit_note_id, payment_id)
    _check(tx, kind, amount_cents, held)
    if held.payment and held.invoice and held.payment.customer_id is None:
        recognise(tx, held.payment, held.invoice.customer_id)
    made = tx.add(
        Matching(
            id=uuid7(),
            kind=kind,
            invoice_id=invoice_id,
            payment_id=payment_id,
            credit_note_id=credit_note_id,
            amount_cents=amount_cents,
            reason=reason.strip(),
            automatic=automatic,
            matched_by=tx.actor.user_id,
            matched_on=today(tx),
            matched_at=tx.now,
        )
    )
    _settle(tx, made, held)
    return made


def _settle(tx: Tx, made: Matching, held: Held) -> None:
    """What follows: what is open, the news, the accounts last."""
    _follow(tx, held)
    facts = {"kind": made.kind, "amount_cents": made.amount_cents, "automatic": made.automatic}
    tx.audit("matching.make", made.id, **facts)
    tx.emit("matching.make", made.id)
    if held.invoice and held.invoice.open_cents == 0:
        tx.emit("receivable.settle", held.invoice.id)
    _enter(tx, made, held)


def unmatch(tx: Tx, matching_id: UUID) -> Matching:
    """Undo a matching: what it settled is open again, on both sides. Raises Conflict when it is undone already."""
    found = get_matching(tx.session, matching_id)
    held = _hold(tx, found.invoice_id, found.credit_note_id, found.payment_id)
    found = get_matching(tx.session, matching_id, lock=True)
    if found.undone_at is not None:
        raise Conflict("Ce rapprochement est déjà annulé.")
    found.undone_at, found.undone_by = tx.now, tx.actor.user_id
    _follow(tx, held)
    tx.audit("matching.undo", found.id, kind=found.kind, amount_cents=found.amount_cents)
    tx.emit("matching.undo", found.id)
    reverse(
        tx,
        of="matching",
        of_id=found.id,
        on=today(tx),
        wording=f"Annulation - {_WORDINGS[found.kind]}",
        subject="matching_undo",
        subject_id=found.id,
    )
    return found


def _hold(tx: Tx, invoice_id: UUID | None, credit_note_id: UUID | None, payment_id: UUID | None) -> Held:
    wanted = [one for one in (invoice_id, credit_note_id) if one is not None]
    rows = lock_receivables(tx.session, wanted) if wanted else {}
    if any(one not in rows for one in wanted):
        raise NotFound()
    payment = get_payment(tx.session, payment_id, lock=True) if payment_id else None
    return Held(rows[invoice_id] if invoice_id else None, rows[credit_note_id] if credit_note_id else None, payment)


def _check(tx: Tx, kind: str, amount_cents: int, held: Held) -> None:
    sides = (held.invoice is not None, held.payment is not None, held.credit_note is not None)
    fit = {
        "payment": sides == (True, True, False),
        "credit_note": sides == (True, False, True),
        "write_off": sides == (True, False, False),
        "refund": sides in ((False, True, False), (False, False, True)),
    }
    if not fit[kind]:
        raise Invalid("Ce rapprochement n’est pas complet.", {"kind": "Choisissez ce qui est réglé, et par quoi."})
    if amount_cents <= 0:
        raise Invalid("Le montant doit dépasser zéro.", {"amount": "Le montant doit dépasser zéro."})
    if held.invoice and held.invoice.is_credit:
        raise Conflict("Un avoir ne se règle pas par un paiement.")
    if held.credit_note and not held.credit_note.is_credit:
        raise Conflict("Seul un avoir peut s’imputer sur une facture.")
    if held.credit_note and held.invoice and held.credit_note.customer_id != held.invoice.customer_id:
        raise Conflict("Cet avoir est celui d’un autre client.")
    for receivable in (held.invoice, held.credit_note):
        if receivable and amount_cents > receivable.open_cents:
            number = get_number(tx.session, receivable.id)
            what = "à utiliser sur l’avoir" if receivable.is_credit else "à payer sur la facture"
            raise Conflict(f"Il ne reste que {money(receivable.open_cents)} {what} {number}.")
    if held.payment and amount_cents > held.payment.open_cents:
        left = money(held.payment.open_cents)
        raise Conflict(f"Il ne reste que {left} de ce paiement{NBSP}: il a peut-être été rapproché entre-temps.")


def _follow(tx: Tx, held: Held) -> None:
    """Let the triggers count, then read what is left."""
    tx.session.flush()
    for row in (held.invoice, held.credit_note, held.payment):
        if row is not None:
            tx.session.refresh(row, ["open_cents"])


def _enter(tx: Tx, made: Matching, held: Held) -> None:
    """Write it in the accounts, when it moves money from one to another.

    Payment and invoice of one customer, or its credit note: both are on its account already.
    """
    debit, credit = _accounts(made, held)
    if (debit.account_key, debit.customer_id) == (credit.account_key, credit.customer_id):
        return
    post(
        tx,
        journal="BQ" if made.kind == "refund" else "OD",
        on=made.matched_on,
        piece=_piece(tx, held),
        piece_on=made.matched_on,
        wording=_WORDINGS[made.kind],
        subject="matching",
        subject_id=made.id,
        sides=(debit, credit),
    )


def _piece(tx: Tx, held: Held) -> str:
    receivable = held.invoice or held.credit_note
    return piece_of(held.payment) if held.payment else get_number(tx.session, receivable.id) if receivable else ""


_WORDINGS = {
    "payment": "Paiement pour un autre client",
    "credit_note": "Imputation d’un avoir",
    "write_off": "Passage en perte",
    "refund": "Remboursement",
}


def _accounts(made: Matching, held: Held) -> tuple[Side, Side]:
    """What is debited, what is credited."""
    amount = made.amount_cents
    owed = Side("customers", 0, amount, held.invoice.customer_id) if held.invoice else None
    if made.kind == "write_off" and owed:
        return Side("write_off", amount), owed
    if held.payment:
        from_owner = owner_side(held.payment, debit_cents=amount)
        return from_owner, owed or Side(account_of(held.payment), 0, amount)
    credited = held.credit_note.customer_id if held.credit_note else None
    return Side("customers", amount, 0, credited), owed or Side("bank", 0, amount)
