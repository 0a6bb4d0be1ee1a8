"""Giving up what is left of an invoice: with its reason, and twice for a large amount."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.rules.amounts import read_cents, write_cents
from billing.service import write_off as service
from bookings.web.order_words import door
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import NBSP, money
from kit.web import actor, page, permission

blueprint = Blueprint("write_offs", __name__)


@blueprint.get("/invoices/<uuid:invoice_id>/write-off")
@permission("receivable.write_off")
def ask(invoice_id: UUID) -> Response:
    """The form of a loss."""
    return _page(invoice_id)


@blueprint.post("/invoices/<uuid:invoice_id>/write-off")
@permission("receivable.write_off")
def write_off(invoice_id: UUID) -> Response:
    """Give up an amount."""
    form = request.form
    try:
        service.view_write_off(actor(), invoice_id)
        cents = read_cents(form.get("amount", ""), "amount")
        made = service.write_off(actor(), invoice_id, cents, form.get("reason", ""), form.get("sure") == "yes")
    except (Conflict, Invalid) as error:
        return _page(invoice_id, error)
    flash(f"{money(made.amount_cents)} sont passés en perte{NBSP}: cela peut s’annuler depuis cette page.", "good")
    return redirect(door("invoices.view_invoice", invoice_id=invoice_id) or url_for("payments.list_payments"), 303)


def _page(invoice_id: UUID, error: CrrcError | None = None) -> Response:
    found = service.view_write_off(actor(), invoice_id)
    errors = dict(error.fields) if error else {}
    return page(
        "billing/write_off.html",
        error.status if error else 200,
        found=found,
        amount=request.form.get("amount", write_cents(found.receivable.open_cents)),
        reason=request.form.get("reason", "")[:1_000],
        asks_again="sure" in errors,
        large_cents=service.LARGE_CENTS,
        way_back=door("invoices.view_invoice", invoice_id=invoice_id) or url_for("payments.list_payments"),
        errors=errors,
        refusal=error.sentence if error and not error.fields else None,
    )
