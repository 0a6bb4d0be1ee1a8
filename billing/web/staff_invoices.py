"""Everybody's invoices, for the GRADeS: filters, totals; credit notes and corrected invoices."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.queries.invoice import PAGE, STANDINGS, InvoiceFilter
from billing.rules.amounts import write_cents
from billing.rules.credit import Left
from billing.rules.states import INVOICE_KINDS, INVOICE_LABELS
from billing.service import credit as service
from billing.service import invoice_page
from billing.service.invoice_page import InvoiceList
from billing.web.asked import amounts as typed_amounts
from billing.web.invoice_words import standing
from campaigns.rules.form.reading import tidy
from kit.errors import Conflict, CrrcError, Invalid
from kit.typed import identifier, number
from kit.web import actor, page, permission

blueprint = Blueprint("staff_invoices", __name__)
LAST_PAGE = 10_000
STANDING_LABELS = {
    "open": "À payer",
    "late": "En retard",
    "settled": "Soldées",
    "contested": "Contestées",
    "unmade": "Document en attente",
}


@blueprint.get("/staff/billing/invoices")
@permission("invoice.list")
def list_invoices() -> Response:
    """The invoices that a filter finds, fifty a page."""
    args = request.args
    kind, state = args.get("kind", ""), args.get("standing", "")
    wanted = InvoiceFilter(
        kind if kind in INVOICE_KINDS else "",
        number(args.get("year", ""), 4),
        identifier(args.get("customer", "")),
        state if state in STANDINGS else "",
        tidy(args.get("words", ""))[:100],
    )
    asked = min(number(args.get("page", ""), 5) or 1, LAST_PAGE)
    found = invoice_page.list_invoices(actor(), wanted, asked)
    values = {
        "kind": wanted.kind,
        "year": str(wanted.year or ""),
        "customer": str(wanted.customer_id or ""),
        "standing": wanted.standing,
        "words": wanted.words,
    }
    kept: dict[str, Any] = {name: value for name, value in values.items() if value}
    return page(
        "billing/invoices.html",
        cards=_cards(found),
        totals=found.totals,
        wanted=wanted,
        kept=kept,
        customer=found.customer,
        kinds=[("", "Toutes"), *INVOICE_LABELS.items()],
        standings=[("", "Tous"), *STANDING_LABELS.items()],
        years=[("", "Toutes"), *((str(year), str(year)) for year in found.years)],
        page_number=asked,
        page_count=max(1, -(-found.totals.count // PAGE)),
        url=lambda to: url_for(".list_invoices", page=to, **kept),
    )


@blueprint.get("/invoices/<uuid:invoice_id>/credit")
@permission("invoice.credit")
def ask_credit(invoice_id: UUID) -> Response:
    """What may be credited of each line, and why."""
    return _credit_page(invoice_id)


@blueprint.post("/invoices/<uuid:invoice_id>/credit")
@permission("invoice.credit")
def credit(invoice_id: UUID) -> Response:
    """Make the draft of a credit note, of everything or of amounts by line."""
    form = request.form
    try:
        amounts = None if form.get("extent") == "whole" else typed_amounts(form, "line-")
        note = service.credit(actor(), invoice_id, amounts, form.get("reason", ""))
    except (Invalid, Conflict) as error:
        return _credit_page(invoice_id, error)
    flash("L’avoir est prêt. Relisez-le, puis émettez-le.", "good")
    return redirect(url_for("drafts.view_draft", invoice_id=note.id), 303)


@blueprint.get("/invoices/<uuid:invoice_id>/correct")
@permission("invoice.correct")
def ask_correction(invoice_id: UUID) -> Response:
    """What replacing an invoice means, before it is done."""
    return _correct_page(invoice_id)


@blueprint.post("/invoices/<uuid:invoice_id>/correct")
@permission("invoice.correct")
def correct(invoice_id: UUID) -> Response:
    """Make the credit note and the invoice that replaces the first, as drafts."""
    try:
        _, corrected = service.correct(actor(), invoice_id, request.form.get("reason", ""))
    except (Invalid, Conflict) as error:
        return _correct_page(invoice_id, error)
    flash("L’avoir et la facture rectificative sont prêts. Corrigez celle-ci, puis émettez les deux.", "good")
    return redirect(url_for("drafts.view_draft", invoice_id=corrected.id), 303)


def _credit_page(invoice_id: UUID, error: CrrcError | None = None) -> Response:
    invoice, left = service.view_left(actor(), invoice_id)
    form = request.form
    return page(
        "billing/credit.html",
        error.status if error else 200,
        invoice=invoice,
        label=INVOICE_LABELS[invoice.kind],
        lines=[_left(line, form) for line in left],
        left_cents=sum(line.total_cents for line in left),
        extent=form.get("extent", "whole"),
        reason=form.get("reason", "")[:2_000],
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _left(line: Left, form: Any) -> dict[str, Any]:
    name = f"line-{line.line_id}"
    return {
        "name": name,
        "designation": line.designation,
        "left_cents": line.total_cents,
        "value": form.get(name, "")[:40],
        "example": write_cents(line.total_cents),
    }


def _correct_page(invoice_id: UUID, error: CrrcError | None = None) -> Response:
    invoice, left = service.view_left(actor(), invoice_id)
    return page(
        "billing/correct.html",
        error.status if error else 200,
        invoice=invoice,
        left_cents=sum(line.total_cents for line in left),
        reason=request.form.get("reason", "")[:2_000],
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _cards(found: InvoiceList) -> list[dict[str, Any]]:
    return [
        {
            "number": invoice.number,
            "label": INVOICE_LABELS[invoice.kind],
            "href": url_for("invoices.view_invoice", invoice_id=invoice.id),
            "customer": customer.name,
            "customer_id": str(customer.id),
            "issued_on": invoice.issued_on,
            "due_on": receivable.due_on,
            "is_credit": receivable.is_credit,
            "total_cents": invoice.total_cents,
            "open_cents": receivable.open_cents,
            "tag": standing(receivable, found.on),
            "error": document.last_error if document.made_at is None else "",
        }
        for invoice, customer, receivable, document in found.rows
    ]
