"""Money received: recorded once, and its customer recognised."""

from datetime import date
from uuid import UUID

from billing.models import Customer, Payment
from billing.queries.receivable import lock_open_of
from billing.rules.states import PAYMENT_KINDS, PAYMENT_LABELS
from billing.service.journal import Side, post
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.french import NBSP
from kit.transaction import Tx
from services_catalog.service.today import today


def receive(
    tx: Tx,
    *,
    kind: str,
    amount_cents: int,
    received_on: date,
    customer_id: UUID | None = None,
    reference: str = "",
    payer: str = "",
    bank_line_id: UUID | None = None,
    checkout_id: UUID | None = None,
) -> Payment:
    """Record money that came; `open_cents` is all of it. Without a customer it waits on the suspense account.

    What the customer owes is locked first, so that `match` may follow in the same transaction without a deadlock.
    """
    _check(kind, amount_cents)
    if customer_id is not None:
        lock_open_of(tx.session, customer_id)
    payment: Payment = tx.add(
        Payment(
            id=uuid7(),
            kind=kind,
            customer_id=customer_id,
            bank_line_id=bank_line_id,
            checkout_id=checkout_id,
            received_on=received_on,
            amount_cents=amount_cents,
            open_cents=amount_cents,
            reference=reference,
            payer=payer,
            recorded_by=tx.actor.user_id,
            recorded_at=tx.now,
        )
    )
    tx.session.flush()
    tx.audit("payment.record", payment.id, amount_cents=amount_cents, kind=kind)
    _enter(tx, payment)
    return payment


def _check(kind: str, amount_cents: int) -> None:
    if kind not in PAYMENT_KINDS:
        raise Invalid("Ce moyen de paiement n’existe pas.", {"kind": "Choisissez un moyen de paiement."})
    if amount_cents <= 0:
        raise Invalid("Le montant reçu doit dépasser zéro.", {"amount": "Le montant reçu doit dépasser zéro."})


def _enter(tx: Tx, payment: Payment) -> None:
    """BQ: where the money is, against whose it is."""
    cents = payment.amount_cents
    post(
        tx,
        journal="BQ",
        on=payment.received_on,
        piece=piece_of(payment),
        piece_on=payment.received_on,
        wording=wording_of(tx, payment),
        subject="payment",
        subject_id=payment.id,
        sides=(Side(account_of(payment), debit_cents=cents), owner_side(payment, credit_cents=cents)),
    )


def recognise(tx: Tx, payment: Payment, customer_id: UUID) -> None:
    """Say whose money a payment (under lock) is: it moves to that customer's account.

    Raises Conflict while it pays something: the accounts of two customers would not tell where it went.
    """
    if payment.customer_id == customer_id:
        return
    if payment.open_cents != payment.amount_cents:
        raise Conflict(
            f"Une partie de ce paiement est déjà utilisée{NBSP}: annulez-la d’abord, puis changez le client."
        )
    left = owner_side(payment, debit_cents=payment.amount_cents)
    payment.customer_id = customer_id
    tx.session.flush()
    tx.audit("payment.recognise", payment.id, customer_id=str(customer_id))
    post(
        tx,
        journal="OD",
        on=today(tx),
        piece=piece_of(payment),
        piece_on=payment.received_on,
        wording=wording_of(tx, payment),
        subject="recognition",
        subject_id=uuid7(),
        about_id=payment.id,
        sides=(left, owner_side(payment, credit_cents=payment.amount_cents)),
    )


def owner_side(payment: Payment, debit_cents: int = 0, credit_cents: int = 0) -> Side:
    """Where money that paid nothing yet is kept: its customer's account, or the suspense account."""
    key = "customers" if payment.customer_id else "suspense"
    return Side(key, debit_cents, credit_cents, payment.customer_id)


def account_of(payment: Payment) -> str:
    """The account that money came in by: what the online provider holds is not at the bank yet."""
    return "provider" if payment.checkout_id or payment.kind in ("card", "sepa_debit") else "bank"


def piece_of(payment: Payment) -> str:
    """What the accounts call this payment: its own reference, or one made of its identifier."""
    return payment.reference[:35] or f"P{payment.id.hex[-10:].upper()}"


def wording_of(tx: Tx, payment: Payment) -> str:
    """« Virement EHPAD Les Tilleuls »."""
    customer = tx.session.get(Customer, (tx.tenant_id, payment.customer_id)) if payment.customer_id else None
    name = customer.name if customer else payment.payer or "payeur inconnu"
    return f"{PAYMENT_LABELS[payment.kind]} {name}"[:200]
