"""How invoices reach their customers: the list by what there is to do, and what one does for one of them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.models import Invoice, Transmission
from billing.queries.transmission import PAGE
from billing.rules.portal_words import word
from billing.rules.routing import PORTALS
from billing.rules.states import CHANNEL_LABELS, CHANNELS, INVOICE_LABELS, TRANSMISSION
from billing.service import transmission as service
from billing.service.transmission import TransmissionView
from kit.errors import CrrcError, NotFound
from kit.typed import number
from kit.web import actor, page, permission
from services_catalog.web.typed import boxes, boxes_of, day_of

blueprint = Blueprint("transmissions", __name__)
LAST_PAGE = 10_000
LONGEST_WORDS = 100
VIEW_LABELS = {
    "todo": "À traiter",
    "waiting": "En cours d’envoi",
    "deposited": "Déposées",
    "accepted": "Reçues",
    "all": "Toutes",
}
ADVICE = {
    "failed": "À transmettre de nouveau, ou autrement",
    "rejected": "À corriger, puis à transmettre de nouveau",
    "manual": "À déposer à la main, puis à noter",
}


def block(invoice: Invoice) -> dict[str, Any]:
    """What _transmission.html shows on the page of an invoice."""
    if invoice.state != "issued":
        return {"transmission": None}
    try:
        found = service.read_transmission(actor(), invoice.id)
    except NotFound:
        return {"transmission": None}
    return shown(found)


@blueprint.get("/staff/billing/transmissions")
@permission("transmission.list")
def list_transmissions() -> Response:
    """Every transmission by what there is to do; first what waits for a person."""
    asked, words = request.args.get("view", "todo"), request.args.get("words", "").strip()[:LONGEST_WORDS]
    view = asked if asked in VIEW_LABELS else "todo"
    page_number = min(number(request.args.get("page", ""), 5) or 1, LAST_PAGE)
    found = service.list_transmissions(actor(), view, words, page_number)

    def url(**changed: Any) -> str:
        facts = {"view": view, "words": words} | changed
        return f"{url_for('.list_transmissions')}?{urlencode({name: one for name, one in facts.items() if one})}"

    return page(
        "billing/transmissions.html",
        rows=[_line(row) for row in found.rows],
        tabs=[
            {"text": text, "href": url(view=key), "current": key == view, "count": found.counts[key]}
            for key, text in VIEW_LABELS.items()
        ],
        view=view,
        words=words,
        page_number=page_number,
        page_count=-(-found.counts[view] // PAGE),
        url=lambda asked: url(page=asked),
    )


@blueprint.get("/invoices/<uuid:invoice_id>/transmission")
@permission("transmission.list")
def view_transmission(invoice_id: UUID) -> Response:
    """One invoice on its way: what was said, what may be done."""
    return _page(invoice_id)


@blueprint.post("/invoices/<uuid:invoice_id>/transmission/deposit")
@permission("transmission.deposit")
def deposit(invoice_id: UUID) -> Response:
    """Note a deposit that somebody made by hand."""
    reference, on = request.form.get("reference", ""), day_of(request.form, "deposited_on")
    done = "Le dépôt est noté."
    return _act(invoice_id, done, lambda row: service.record_deposit(actor(), row.id, reference, on))


@blueprint.post("/invoices/<uuid:invoice_id>/transmission/accept")
@permission("transmission.accept")
def accept(invoice_id: UUID) -> Response:
    """Note that the customer has it."""
    return _act(invoice_id, "L’acceptation est notée.", lambda row: service.record_fate(actor(), row.id, "accept"))


@blueprint.post("/invoices/<uuid:invoice_id>/transmission/reject")
@permission("transmission.reject")
def reject(invoice_id: UUID) -> Response:
    """Note that the customer rejects it, and why."""
    motive = request.form.get("motive", "")
    return _act(invoice_id, "Le rejet est noté.", lambda row: service.record_fate(actor(), row.id, "reject", motive))


@blueprint.post("/invoices/<uuid:invoice_id>/transmission/retry")
@permission("transmission.retry")
def retry(invoice_id: UUID) -> Response:
    """Send it again, the same way or another."""
    channel = request.form.get("channel", "")
    done = "La facture est de nouveau en cours d’envoi."
    return _act(invoice_id, done, lambda row: service.retry(actor(), row.id, channel))


@blueprint.post("/invoices/<uuid:invoice_id>/transmission/route")
@permission("transmission.route")
def route(invoice_id: UUID) -> Response:
    """Send it another way."""
    channel = request.form.get("channel", "")
    return _act(invoice_id, "La voie est changée.", lambda row: service.route(actor(), row.id, channel))


def shown(found: TransmissionView) -> dict[str, Any]:
    """A transmission as pages show it: its state in words, its history as a thread."""
    row = found.transmission
    if row is None:
        return {"transmission": None}
    events = [
        {
            "at": event.said_at,
            "label": word(event.status).label,
            "detail": event.detail,
            "who": found.names.get(event.recorded_by) if event.recorded_by else None,
        }
        for event in found.events
    ]
    return {
        "transmission": row,
        "channel": CHANNEL_LABELS[row.channel],
        "text": _state_text(row),
        "events": events,
        "is_followed": row.channel in PORTALS,
    }


def _page(invoice_id: UUID, error: CrrcError | None = None) -> Response:
    found = service.view_transmission(actor(), invoice_id)
    row = found.transmission
    form = request.form
    on = boxes(form, "deposited_on") if error else boxes_of(None)
    return page(
        "billing/transmission.html",
        error.status if error else 200,
        **shown(found),
        invoice=found.invoice,
        kind=INVOICE_LABELS[found.invoice.kind],
        customer=found.customer,
        advice=_advice(row) if row else "",
        may={move: row is not None and TRANSMISSION.can(row.state, move) for move in TRANSMISSION.moves},
        ways=[(code, CHANNEL_LABELS[code]) for code in CHANNELS if code in found.open_channels],
        others=[(code, CHANNEL_LABELS[code]) for code in found.open_channels if row and code != row.channel],
        typed={"reference": form.get("reference", ""), "motive": form.get("motive", ""), "on": on},
        errors=dict(error.fields) if error else {},
        sentence=error.sentence if error and not error.fields else None,
    )


def _act(invoice_id: UUID, done: str, act: Callable[[Transmission], object]) -> Response:
    found = service.view_transmission(actor(), invoice_id)
    if found.transmission is None:
        raise NotFound()
    try:
        act(found.transmission)
    except NotFound:
        raise
    except CrrcError as error:
        return _page(invoice_id, error)
    flash(done, "good")
    return redirect(url_for(".view_transmission", invoice_id=invoice_id), 303)


def _line(line: Any) -> dict[str, Any]:
    row: Transmission = line.transmission
    return {
        "href": url_for(".view_transmission", invoice_id=row.invoice_id),
        "number": line.number,
        "customer": line.customer,
        "total_cents": line.total_cents,
        "channel": CHANNEL_LABELS[row.channel],
        "reference": row.external_reference if row.channel != "email" else "",
        "state": row.state,
        "text": _state_text(row),
        "advice": _advice(row),
        "said": row.last_error,
        "next_at": row.next_attempt_at if row.state == "waiting" and row.channel != "manual" else None,
    }


def _advice(row: Transmission) -> str:
    """What somebody must do; "" when nothing but waiting."""
    if row.channel == "manual" and row.state == "waiting":
        return ADVICE["manual"]
    return ADVICE.get(row.state, "")


def _state_text(row: Transmission) -> str | None:
    """The word of a state, where the channel says it better."""
    if row.state == "waiting" and row.channel == "manual":
        return "À déposer à la main"
    return "Envoyée" if row.state == "deposited" and row.channel == "email" else None
