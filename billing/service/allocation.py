"""A payment in a person's hands: what it pays, whose it is, its way back."""

from collections.abc import Mapping
from uuid import UUID

from billing.models import Payment
from billing.permissions import PERMISSIONS
from billing.queries.customer import get_customer
from billing.queries.payment import get_matching, get_payment, is_online_refund
from billing.service.matching import hold, match, unmatch
from billing.service.payment import recognise
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import NBSP, money
from kit.permissions import permit
from kit.transaction import transaction

BY_HAND = "Rapproché à la main"
LONGEST_REASON = 300


def match_payment(actor: Actor, payment_id: UUID, amounts: Mapping[UUID, int], reason: str = "") -> Payment:
    """Let a payment settle so many cents of each invoice. Raises Invalid, Conflict when somebody was faster."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "matching.make")
        get_payment(tx.session, payment_id)
        chosen = {one: cents for one, cents in amounts.items() if cents}
        if not chosen:
            fault = "Indiquez le montant à affecter à une facture au moins."
            raise Invalid(fault, {"amounts": fault})
        hold(tx, chosen, payment_id)
        payment = get_payment(tx.session, payment_id, lock=True)
        total = sum(chosen.values())
        if total > payment.open_cents:
            fault = (
                f"Ces montants font {money(total)}, et il ne reste que {money(payment.open_cents)} de ce paiement"
                f"{NBSP}: diminuez-les."
            )
            raise Invalid(fault, {"amounts": fault})
        why = _reason(reason) or BY_HAND
        for invoice_id, cents in chosen.items():
            match(tx, kind="payment", amount_cents=cents, reason=why, invoice_id=invoice_id, payment_id=payment_id)
        return payment


def undo_matching(actor: Actor, matching_id: UUID) -> UUID | None:
    """Undo a matching; returns its payment, if any. What the online provider gave back only it can say came back."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "matching.undo")
        get_matching(tx.session, matching_id)
        if is_online_refund(tx.session, matching_id):
            raise Conflict(
                "Ce remboursement a été fait par le prestataire de paiement en ligne : il ne s’annule pas ici."
            )
        return unmatch(tx, matching_id).payment_id


def recognise_payment(actor: Actor, payment_id: UUID, customer_id: UUID) -> Payment:
    """Say whose money a payment is. Raises Conflict while it pays something."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "matching.make")
        payment = get_payment(tx.session, payment_id, lock=True)
        recognise(tx, payment, get_customer(tx.session, customer_id).id)
        return payment


def refund_payment(actor: Actor, payment_id: UUID, amount_cents: int, reason: str) -> Payment:
    """Record that so much of what is left of a payment was given back by the bank. Raises Invalid, Conflict."""
    with transaction(actor) as tx:
        payment = get_payment(tx.session, payment_id, lock=True)
        permit(PERMISSIONS, actor, "payment.refund", payment)
        if payment.checkout_id is not None:
            raise Conflict("Un paiement en ligne se rembourse depuis la page des paiements en ligne.")
        if not _reason(reason):
            raise Invalid("Indiquez le motif du remboursement.", {"reason": "Indiquez le motif du remboursement."})
        if not 0 < amount_cents <= payment.open_cents:
            fault = f"Indiquez un montant de {money(payment.open_cents)} au plus, ce qui reste de ce paiement."
            raise Invalid(fault, {"refund": fault})
        match(tx, kind="refund", amount_cents=amount_cents, reason=_reason(reason), payment_id=payment_id)
        return payment


def _reason(text: str) -> str:
    return " ".join(text.split())[:LONGEST_REASON]
