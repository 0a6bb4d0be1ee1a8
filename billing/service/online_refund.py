"""Money that goes back to its payer: refunds asked here or made at the provider's, disputes lost; and its way again."""

from collections.abc import Sequence
from uuid import UUID

from billing.gateway import stripe as gateway
from billing.gateway.provider import Refused
from billing.models import Checkout, Matching, OnlineRefund, Payment
from billing.permissions import PERMISSIONS
from billing.queries import online as queries
from billing.queries.receivable import get_receivable
from billing.rules.online import Taken, check_refund, path
from billing.rules.states import CHECKOUT, ONLINE_REFUND
from billing.service.matching import match, unmatch
from billing.service.payment_account import access_to
from kit.actor import Actor
from kit.db import uuid7
from kit.permissions import permit
from kit.transaction import Tx, transaction

WORDS = {"refund": "Remboursement en ligne", "dispute": "Paiement repris après contestation"}
EXCESS = "Le payeur a récupéré plus que ce paiement\N{NO-BREAK SPACE}: à régulariser avec Stripe."


def ask_refund(actor: Actor, checkout_id: UUID, amount_cents: int, reason: str) -> OnlineRefund:
    """Ask to give back so many cents of what was paid online; a worker does it. Raises Invalid, Conflict."""
    with transaction(actor) as tx:
        row = queries.get_checkout(tx.session, checkout_id, lock=True)
        permit(PERMISSIONS, actor, "checkout.refund", row)
        CHECKOUT.target(row.state, "refund")
        taken = queries.list_refunds(tx.session, [row.id])
        left = row.amount_cents - sum(one.amount_cents for one in taken if one.state != "failed")
        refund: OnlineRefund = tx.add(
            OnlineRefund(
                id=uuid7(),
                checkout_id=row.id,
                kind="refund",
                state=ONLINE_REFUND.initial,
                amount_cents=amount_cents,
                reason=check_refund(amount_cents, left, reason),
                asked_by=tx.actor.user_id,
                asked_at=tx.now,
                next_attempt_at=tx.now,
            )
        )
        tx.audit("checkout.refund_asked", row.id, refund_id=str(refund.id), amount_cents=amount_cents)
        tx.emit("checkout.refund_asked", refund.id)
        return refund


def send_refund(actor: Actor, refund_id: UUID) -> UUID:
    """Ask the provider for a refund, outside any transaction; returns its checkout, to be read again.

    What is already there (an answer that never reached us) is not asked twice, even when the provider has forgotten
    the key. A refusal ends it. Raises Away, Refused (our key).
    """
    with transaction(actor) as tx:
        refund = queries.get_refund(tx.session, refund_id)
        row = queries.get_checkout(tx.session, refund.checkout_id)
        access = access_to(tx, row.account_id)
    if refund.state != "asked":
        return row.id
    seen = gateway.read_payment(access, row.session_id or "")
    if any(one.ours == str(refund.id) for one in seen.taken):
        return row.id
    marks = {"tenant": str(refund.tenant_id), "checkout": str(row.id), "refund": str(refund.id)}
    try:
        gateway.give_back(access, row.payment_intent_id or "", refund.amount_cents, f"refund:{refund.id}", marks)
    except Refused as refusal:
        if refusal.is_key:
            raise
        with transaction(actor) as tx:
            again = queries.get_refund(tx.session, refund_id, lock=True)
            again.last_error = refusal.code
            if again.state == "asked":
                tx.advance(again, ONLINE_REFUND, "fail", error=refusal.code)
    return row.id


def follow_taken(tx: Tx, checkout: Checkout, payment: Payment, taken: Sequence[Taken]) -> None:
    """Make our rows what the provider says was taken back, then our payment what it has left."""
    rows = list(queries.list_refunds(tx.session, [checkout.id]))
    by_name = {one.external_id: one for one in rows if one.external_id} | {str(one.id): one for one in rows}
    for one in taken:
        row = by_name.get(one.external_id) or by_name.get(one.ours) or _found(tx, checkout, one)
        if row not in rows:
            rows.append(row)
        row.external_id, row.answer_by = one.external_id, one.answer_by
        for word in path(ONLINE_REFUND, row.state, one.state):
            tx.advance(row, ONLINE_REFUND, word, amount_cents=row.amount_cents)
    for row in rows:
        if row.matching_id is not None and row.state != "applied":
            unmatch(tx, row.matching_id)
            row.matching_id = None
            settle(
                tx,
                payment,
                checkout.invoice_id,
                f"{WORDS[row.kind]} sans suite\N{NO-BREAK SPACE}: le paiement est revenu",
            )
    given = sum(one.amount_cents for one in queries.list_given_back(tx.session, payment.id))
    for row in rows:
        if row.matching_id is None and row.state == "applied":
            amount = min(row.amount_cents, payment.amount_cents - given)
            row.last_error = "" if amount == row.amount_cents else EXCESS
            if amount > 0:
                row.matching_id = _take_back(
                    tx, payment, amount, f"{WORDS[row.kind]}\N{NO-BREAK SPACE}: {row.reason}"
                ).id
                given += amount
    tx.session.flush()


def settle(tx: Tx, payment: Payment, invoice_id: UUID, reason: str, most_cents: int | None = None) -> None:
    """Let what is left of a payment settle what is left of an invoice; nothing when one of them has nothing left."""
    left = payment.open_cents if most_cents is None else min(most_cents, payment.open_cents)
    amount = min(left, get_receivable(tx.session, invoice_id).open_cents)
    if amount > 0:
        match(
            tx,
            kind="payment",
            amount_cents=amount,
            reason=reason,
            invoice_id=invoice_id,
            payment_id=payment.id,
            automatic=True,
        )


def _take_back(tx: Tx, payment: Payment, amount_cents: int, reason: str) -> Matching:
    """Give money of a payment back: what it settled is open again, as far as it must be."""
    undone = []
    for one in queries.list_paid_by(tx.session, payment.id):
        if payment.open_cents >= amount_cents:
            break
        undone.append(unmatch(tx, one.id))
    made = match(tx, kind="refund", amount_cents=amount_cents, reason=reason, payment_id=payment.id, automatic=True)
    for one in reversed(undone):
        if one.invoice_id is not None:
            settle(tx, payment, one.invoice_id, one.reason, one.amount_cents)
    return made


def _found(tx: Tx, checkout: Checkout, one: Taken) -> OnlineRefund:
    """What the provider tells and nobody asked here."""
    row: OnlineRefund = tx.add(
        OnlineRefund(
            id=uuid7(),
            checkout_id=checkout.id,
            kind=one.kind,
            state=ONLINE_REFUND.initial,
            amount_cents=one.amount_cents,
            reason=one.reason,
            external_id=one.external_id,
            asked_at=tx.now,
        )
    )
    return row
