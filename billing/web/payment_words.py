"""Payments and matchings as pages say them."""

from typing import Any

from billing.models import Payment
from billing.queries.payment import MatchingShown, PaymentShown
from billing.rules.states import PAYMENT_LABELS
from bookings.web.order_words import door

MATCHING_LABELS = {
    "payment": "Paiement",
    "credit_note": "Avoir",
    "write_off": "Passage en perte",
    "refund": "Remboursement",
}


def payment_tag(payment: Payment) -> tuple[str, str, str]:
    """Where a payment is: (word, tone, sign)."""
    if not payment.open_cents:
        return "Affecté", "good", "check-circle"
    if payment.customer_id is None:
        return "Payeur à reconnaître", "wait", "question"
    if payment.open_cents < payment.amount_cents:
        return "Affecté en partie", "info", "hourglass"
    return "À affecter", "wait", "clock"


def payer_of(payment: Payment, customer: str | None) -> str:
    """Whose money it is: the customer, else what the bank says."""
    return customer or payment.payer or "Payeur inconnu"


def payment_row(shown: PaymentShown) -> dict[str, Any]:
    """A payment in a list."""
    one = shown.payment
    return {
        "href": door("payments.view_payment", payment_id=one.id),
        "name": payer_of(one, shown.customer),
        "kind": PAYMENT_LABELS[one.kind],
        "said": shown.wording or one.reference,
        "on": one.received_on,
        "numbers": shown.numbers,
        "amount_cents": one.amount_cents,
        "open_cents": one.open_cents,
        "tag": payment_tag(one),
    }


def matching_row(shown: MatchingShown, staff: bool) -> dict[str, Any]:
    """A matching in a list. A customer reads what settled its invoice, not who did it nor whose money it was."""
    one, payment = shown.matching, shown.payment
    label = MATCHING_LABELS[one.kind]
    if one.kind == "payment" and payment:
        label = PAYMENT_LABELS[payment.kind]
    if one.kind == "write_off" and not staff:
        label = "Somme à laquelle le créancier renonce"
    return {
        "id": str(one.id),
        "label": label,
        "number": shown.number,
        "invoice_url": door("invoices.view_invoice", invoice_id=one.invoice_id) if one.invoice_id else None,
        "credit_number": shown.credit_number,
        "credit_url": door("invoices.view_invoice", invoice_id=one.credit_note_id) if one.credit_note_id else None,
        "on": payment.received_on if payment and one.kind == "payment" else one.matched_on,
        "amount_cents": one.amount_cents,
        "payer": payer_of(payment, shown.customer) if payment and staff else None,
        "payment_url": door("payments.view_payment", payment_id=payment.id) if payment and staff else None,
        "reason": one.reason if staff else None,
        "automatic": one.automatic,
        "by": shown.by if staff else None,
        "matched_at": one.matched_at,
        "undone_at": one.undone_at,
        "undone_by": shown.undone_by if staff else None,
    }
