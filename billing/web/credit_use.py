"""Using what is left of a credit note: on other invoices of its customer, or given back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.permissions import PERMISSIONS
from billing.queries.receivable import OpenInvoice
from billing.rules.amounts import read_cents, write_cents
from billing.service import credit_use as service
from billing.web.asked import amounts
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import money
from kit.permissions import allows
from kit.web import actor, page, permission

blueprint = Blueprint("credit_uses", __name__)
_AMOUNT = "amount-"


@blueprint.get("/invoices/<uuid:invoice_id>/use")
@permission("receivable.use")
def ask(invoice_id: UUID) -> Response:
    """What it may pay, and the form of a refund."""
    return _page(invoice_id)


@blueprint.post("/invoices/<uuid:invoice_id>/use")
@permission("receivable.use")
def use(invoice_id: UUID) -> Response:
    """Let it pay invoices."""
    try:
        service.view_use(actor(), invoice_id)
        made = service.use_credit(actor(), invoice_id, amounts(request.form, _AMOUNT), request.form.get("reason", ""))
    except (Conflict, Invalid) as error:
        return _page(invoice_id, error)
    left = f"Il en reste {money(made.open_cents)}." if made.open_cents else "Il est entièrement utilisé."
    flash(f"L’avoir est imputé. {left}", "good")
    return redirect(url_for("invoices.view_invoice", invoice_id=invoice_id), 303)


@blueprint.post("/invoices/<uuid:invoice_id>/give-back")
@permission("receivable.refund")
def give_back(invoice_id: UUID) -> Response:
    """Record that it was paid back."""
    form = request.form
    try:
        service.view_use(actor(), invoice_id)
        cents = read_cents(form.get("refund", ""), "refund")
        service.refund_credit(actor(), invoice_id, cents, form.get("refund_reason", ""))
    except (Conflict, Invalid) as error:
        return _page(invoice_id, error)
    flash(f"Le remboursement de {money(cents)} est enregistré.", "good")
    return redirect(url_for("invoices.view_invoice", invoice_id=invoice_id), 303)


def _page(invoice_id: UUID, error: CrrcError | None = None) -> Response:
    found, form = service.view_use(actor(), invoice_id), request.form
    return page(
        "billing/credit_use.html",
        error.status if error else 200,
        found=found,
        rows=[_row(one) for one in found.invoices],
        may_refund=allows(PERMISSIONS, actor(), "receivable.refund"),
        refund=form.get("refund", write_cents(found.receivable.open_cents)),
        typed=form,
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _row(one: OpenInvoice) -> dict[str, Any]:
    field = f"{_AMOUNT}{one.id}"
    return {"invoice": one, "field": field, "value": request.form.get(field, "")[:40]}
