"""Paying an invoice online: the button, the page one comes back to, which says what is known; giving money back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.models import Invoice
from billing.rules.amounts import read_cents, write_cents
from billing.rules.online import METHOD_WORDS
from billing.rules.states import PAYMENT_LABELS
from billing.service.checkout import CheckoutPage, open_checkout, pay_block
from billing.service.checkout import view_checkout as read_checkout
from billing.service.online_refund import ask_refund
from billing.web.online_words import CHECKOUT_WORDS, attempt_cards, fault_words, refund_card
from bookings.web.order_words import door
from kit.errors import Conflict, CrrcError, Invalid
from kit.web import actor, let_form_go, page, permission

blueprint = Blueprint("online_payments", __name__)


def block(invoice: Invoice) -> dict[str, Any]:
    """What _pay.html shows on the page of an invoice."""
    if invoice.state != "issued" or invoice.kind == "credit_note":
        return {"is_offered": False, "attempts": [], "waits": None}
    found = pay_block(actor(), invoice.id)
    if found.is_offered:
        let_form_go(found.origin)
    pending = found.under_way if found.under_way and found.under_way.state == "pending" else None
    return {
        "is_offered": found.is_offered,
        "open_cents": found.open_cents,
        "methods": [METHOD_WORDS[name] for name in found.methods if name in METHOD_WORDS],
        "attempts": attempt_cards(found.attempts),
        "waits": pending,
        "url": url_for("online_payments.pay", invoice_id=invoice.id),
    }


@blueprint.post("/invoices/<uuid:invoice_id>/pay")
@permission("checkout.create")
def pay(invoice_id: UUID) -> Response:
    """Go to the payment page; when there is none, say why where one was."""
    try:
        return redirect(open_checkout(actor(), invoice_id), 303)
    except Conflict as error:
        flash(error.sentence, "wait")
        return redirect(_invoice_url(invoice_id), 303)


@blueprint.get("/checkouts/<uuid:checkout_id>")
@permission("checkout.view")
def view_checkout(checkout_id: UUID) -> Response:
    """Where a payment is. Whoever comes back from the payment page waits here; the moving part alone for the script."""
    came_back = request.args.get("back") == "1"
    found = read_checkout(actor(), checkout_id, came_back)
    waiting = came_back and found.checkout.state in ("created", "open")
    alone = request.headers.get("HX-Request") == "true"
    return _checkout_page(found, waiting, template="billing/_checkout.html" if alone else "billing/checkout.html")


@blueprint.post("/checkouts/<uuid:checkout_id>/refund")
@permission("checkout.refund")
def refund(checkout_id: UUID) -> Response:
    """Give back so much of a payment."""
    typed = {name: request.form.get(name, "") for name in ("amount", "reason")}
    try:
        ask_refund(actor(), checkout_id, read_cents(typed["amount"], "amount"), typed["reason"])
    except (Conflict, Invalid) as error:
        return _checkout_page(read_checkout(actor(), checkout_id), False, error, typed)
    flash("Le remboursement est demandé. Il figure ci-dessous dès que Stripe l’a fait.", "good")
    return redirect(url_for(".view_checkout", checkout_id=checkout_id), 303)


def _checkout_page(
    found: CheckoutPage,
    waiting: bool,
    error: CrrcError | None = None,
    typed: dict[str, str] | None = None,
    template: str = "billing/checkout.html",
) -> Response:
    checkout = found.checkout
    return page(
        template,
        error.status if error else 200,
        found=found,
        checkout=checkout,
        invoice=found.invoice,
        waiting=waiting,
        tag=CHECKOUT_WORDS[checkout.state],
        method=PAYMENT_LABELS.get(checkout.method, ""),
        credit_cents=found.payment.open_cents if found.payment else 0,
        fault=fault_words(checkout.last_error),
        refunds=[refund_card(one) for one in found.refunds],
        invoice_url=_invoice_url(found.invoice.id),
        payment_url=door("payments.view_payment", payment_id=found.payment.id) if found.payment else None,
        again_url=url_for(".view_checkout", checkout_id=checkout.id, back="1" if waiting else None),
        typed=typed or {"amount": write_cents(found.left_cents), "reason": ""},
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _invoice_url(invoice_id: UUID) -> str:
    return door("invoices.view_invoice", invoice_id=invoice_id) or url_for("my_invoices.my_invoices")
