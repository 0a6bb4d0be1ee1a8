"""Contesting an invoice, and answering whoever contests it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.models import Invoice
from billing.service.contest import answer_contest, contest_invoice, find_contest, view_contest
from bookings.web.order_words import door
from kit.errors import Conflict, CrrcError, Invalid
from kit.web import actor, page, permission

blueprint = Blueprint("contests", __name__)


def block(invoice: Invoice) -> dict[str, Any]:
    """What _contest.html shows on the page of an invoice."""
    return {"found": find_contest(actor(), invoice.id) if invoice.state == "issued" else None}


@blueprint.get("/invoices/<uuid:invoice_id>/contest")
@permission("receivable.view")
def ask_contest(invoice_id: UUID) -> Response:
    """The form of a contest; for the GRADeS, of its answer."""
    return _contest_page(invoice_id)


@blueprint.post("/invoices/<uuid:invoice_id>/contest")
@permission("receivable.contest")
def contest(invoice_id: UUID) -> Response:
    """Contest an invoice."""
    motive = request.form.get("motive", "")
    try:
        contest_invoice(actor(), invoice_id, motive)
    except (Conflict, Invalid) as error:
        return _contest_page(invoice_id, error, motive)
    flash("La contestation est enregistrée. Le GRADeS est prévenu, et les relances sont suspendues.", "good")
    return redirect(_way_back(invoice_id), 303)


@blueprint.post("/invoices/<uuid:invoice_id>/resume")
@permission("receivable.resume")
def resume(invoice_id: UUID) -> Response:
    """Answer a contest."""
    answer = request.form.get("answer", "")
    try:
        answered = answer_contest(actor(), invoice_id, answer)
    except (Conflict, Invalid) as error:
        return _contest_page(invoice_id, error, answer)
    is_owed = " La facture est de nouveau à payer." if answered.open_cents else ""
    flash(f"La réponse est envoyée au client.{is_owed}", "good")
    return redirect(_way_back(invoice_id), 303)


def _contest_page(invoice_id: UUID, error: CrrcError | None = None, typed: str = "") -> Response:
    found = view_contest(actor(), invoice_id)
    return page(
        "billing/contest.html",
        error.status if error else 200,
        found=found,
        invoice=found.owed.invoice,
        way_back=_way_back(invoice_id),
        credit_url=door("staff_invoices.credit", invoice_id=invoice_id),
        typed=typed[:5_000],
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _way_back(invoice_id: UUID) -> str:
    return door("invoices.view_invoice", invoice_id=invoice_id) or url_for("my_invoices.my_invoices")
