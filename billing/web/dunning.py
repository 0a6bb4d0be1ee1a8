"""Reminders, for the GRADeS: who will be reminded when, what was sent, and sending one now."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.models import Invoice
from billing.rules.dunning import late_words
from billing.service.dunning import (
    WHATS,
    Standing,
    preview_reminder,
    send_reminder,
    tone_label,
    view_board,
    view_reminders,
)
from bookings.web.order_words import door
from kit.errors import Conflict
from kit.french import count
from kit.typed import number
from kit.web import actor, page, permission

blueprint = Blueprint("dunning", __name__)
LAST_PAGE = 10_000
LABELS = {"late": "En retard", "coming": "À venir", "contested": "Contestées", "all": "Toutes"}


def block(invoice: Invoice) -> dict[str, Any]:
    """What _dunning.html shows on the page of an invoice."""
    found = view_reminders(actor(), invoice.id) if invoice.state == "issued" else None
    return {"line": _line(found) if found else None}


@blueprint.get("/staff/billing/dunning")
@permission("dunning.list")
def list_reminders() -> Response:
    """Open invoices with their reminders."""
    what = request.args.get("what", "")
    what = what if what in WHATS else WHATS[0]
    asked = min(number(request.args.get("page", ""), 5) or 1, LAST_PAGE)
    found = view_board(actor(), what, asked)
    return page(
        "billing/dunning.html",
        lines=[_line(one) for one in found.lines],
        tabs=[
            {"text": LABELS[one], "href": url_for(".list_reminders", what=one), "current": one == what, "count": size}
            for one, (size, _) in found.counts.items()
        ],
        open_cents=found.counts["all"][1],
        late_cents=found.counts["late"][1],
        what=what,
        page_number=asked,
        page_count=found.page_count,
        url=lambda to: url_for(".list_reminders", what=what, page=to),
    )


@blueprint.get("/staff/billing/dunning/<uuid:invoice_id>")
@permission("dunning.send")
def preview(invoice_id: UUID) -> Response:
    """The reminder that would leave now, word for word."""
    return _preview_page(invoice_id)


@blueprint.post("/staff/billing/dunning/<uuid:invoice_id>")
@permission("dunning.send")
def send(invoice_id: UUID) -> Response:
    """Send the reminder that was read."""
    try:
        sent = send_reminder(actor(), invoice_id, number(request.form.get("level", ""), 3) or 0)
    except Conflict as error:
        return _preview_page(invoice_id, error)
    flash(f"La relance est partie vers {count(sent.told, 'personne')}.", "good")
    return redirect(url_for(".list_reminders"), 303)


def _preview_page(invoice_id: UUID, error: Conflict | None = None) -> Response:
    found = preview_reminder(actor(), invoice_id)
    return page(
        "billing/dunning_preview.html",
        error.status if error else 200,
        found=found,
        line=_line(found.standing),
        level=found.standing.following.level if found.standing.following else 0,
        error=error.sentence if error else None,
    )


def _line(one: Standing) -> dict[str, Any]:
    receivable, invoice = one.owed.receivable, one.owed.invoice
    return {
        "invoice_id": invoice.id,
        "number": invoice.number,
        "href": door("invoices.view_invoice", invoice_id=invoice.id),
        "customer": one.owed.customer.name,
        "open_cents": receivable.open_cents,
        "due_on": receivable.due_on,
        "late": late_words(receivable.due_on, one.on),
        "is_late": receivable.due_on < one.on,
        "is_contested": receivable.state == "contested",
        "is_being_paid": one.is_being_paid,
        "has_money_waiting": one.has_money_waiting,
        "sent": [{"label": tone_label(row.tone), "at": row.sent_at, "told": row.told} for row in one.sent],
        "following": one.following.label if one.following else None,
        "planned_at": one.planned_at,
        "may_send": bool(
            one.following and receivable.open_cents and receivable.state == "due" and receivable.due_on < one.on
        ),
    }
