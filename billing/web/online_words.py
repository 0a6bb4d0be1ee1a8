"""Online payment in words: where a payment is, what was taken back, payouts."""

from collections.abc import Sequence
from typing import Any

from billing.models import Checkout, Customer, Invoice, OnlineRefund, Payout
from billing.rules.states import PAYMENT_LABELS
from bookings.web.order_words import door

Tag = tuple[str, str, str]
CHECKOUT_WORDS: dict[str, Tag] = {
    "created": ("Pas encore commencé", "neutral", "hourglass"),
    "open": ("En attente du payeur", "info", "hourglass"),
    "pending": ("Prélèvement en cours", "info", "hourglass"),
    "expired": ("Abandonné", "neutral", "back"),
    "failed": ("Refusé", "bad", "cross-circle"),
    "paid": ("Payé", "good", "check-circle"),
    "disputed": ("Contesté par le payeur", "wait", "alert"),
    "lost": ("Repris par le payeur", "bad", "cross-circle"),
    "refunded": ("Remboursé", "neutral", "back"),
}
REFUND_WORDS: dict[str, Tag] = {
    "asked": ("Demandé", "info", "hourglass"),
    "sent": ("En cours", "info", "hourglass"),
    "applied": ("Fait", "good", "check-circle"),
    "failed": ("Refusé", "bad", "cross-circle"),
}
DISPUTE_WORDS: dict[str, Tag] = {
    "asked": ("À répondre", "wait", "alert"),
    "sent": ("À répondre", "wait", "alert"),
    "applied": ("Perdu", "bad", "cross-circle"),
    "failed": ("Gagné", "good", "check-circle"),
}
PAYOUT_WORDS: dict[str, Tag] = {
    "pending": ("Prévu", "neutral", "hourglass"),
    "in_transit": ("En route", "info", "send"),
    "paid": ("Versé", "good", "check-circle"),
    "failed": ("Revenu", "bad", "cross-circle"),
    "canceled": ("Annulé", "neutral", "back"),
}
FAULTS = {
    "card_declined": "La carte a été refusée.",
    "expired_card": "La carte est périmée.",
    "insufficient_funds": "La provision du compte ne suffit pas.",
    "charge_already_refunded": "Ce paiement est déjà remboursé chez Stripe.",
    "charge_disputed": "Le payeur a contesté ce paiement\N{NO-BREAK SPACE}: Stripe ne le rembourse plus.",
    "balance_insufficient": "Le solde de votre compte Stripe ne suffit pas.",
}


def fault_words(code: str) -> str:
    """What went wrong, in a sentence; the provider's own word when we have none. "" for nothing."""
    if not code or code[0].isupper():
        return code
    return FAULTS.get(code, f"Réponse de Stripe\N{NO-BREAK SPACE}: {code}.")


def checkout_card(checkout: Checkout, invoice: Invoice, customer: Customer) -> dict[str, Any]:
    """An attempt in a list."""
    return {
        "href": door("online_payments.view_checkout", checkout_id=checkout.id),
        "number": invoice.number,
        "customer": customer.name,
        "amount_cents": checkout.amount_cents,
        "refunded_cents": checkout.refunded_cents,
        "at": checkout.created_at,
        "method": PAYMENT_LABELS.get(checkout.method, ""),
        "tag": CHECKOUT_WORDS[checkout.state],
    }


def attempt_cards(attempts: Sequence[Checkout]) -> list[dict[str, Any]]:
    """The attempts to pay one invoice; not those that never became anything."""
    return [
        {
            "href": door("online_payments.view_checkout", checkout_id=one.id),
            "amount_cents": one.amount_cents,
            "at": one.created_at,
            "tag": CHECKOUT_WORDS[one.state],
        }
        for one in attempts
        if one.state not in ("created", "expired")
    ]


def refund_card(refund: OnlineRefund) -> dict[str, Any]:
    """Something taken back."""
    words = DISPUTE_WORDS if refund.kind == "dispute" else REFUND_WORDS
    return {
        "what": "Contestation" if refund.kind == "dispute" else "Remboursement",
        "amount_cents": refund.amount_cents,
        "reason": refund.reason,
        "at": refund.asked_at,
        "answer_by": refund.answer_by if refund.state == "sent" else None,
        "fault": fault_words(refund.last_error),
        "tag": words[refund.state],
    }


def payout_card(payout: Payout) -> dict[str, Any]:
    """A payout in a list."""
    return {
        "name": payout.external_id,
        "on": payout.arrives_on,
        "gross_cents": payout.gross_cents,
        "fee_cents": payout.fee_cents,
        "amount_cents": payout.amount_cents,
        "tag": PAYOUT_WORDS[payout.state],
        "is_found": payout.bank_line_id is not None,
        "is_paid": payout.state == "paid",
    }
