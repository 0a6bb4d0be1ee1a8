"""Keeping a group session: opening one, changing it, cancelling it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.models import Slot
from bookings.permissions import PERMISSIONS
from bookings.rules.halves import when
from bookings.service import opening
from bookings.service import session as sessions
from bookings.service.opening import SessionDetails
from bookings.web import asked
from bookings.web.session import blueprint, show
from kit.errors import Conflict, CrrcError, Invalid, Stale
from kit.permissions import permit
from kit.typed import identifier
from kit.web import actor, page, permission
from services_catalog.web.typed import whole

NAMES = ("service", "consultant", "on", "from", "to", "place", "capacity", "kept_for")
ANCHORS = {"consultant_id": "consultant", "starts_at": "on", "ends_at": "to"}


@blueprint.get("/sessions/new")
@permission("slot.write")
def new() -> Response:
    """The form of a new session."""
    return _form({}, None)


@blueprint.post("/sessions/new")
@permission("slot.write")
def create() -> Response:
    """Open it."""
    try:
        form = request.form
        slot = opening.open_group_session(actor(), form.get("service", ""), _details(form), form.get("kept_for", ""))
    except (Invalid, Conflict) as error:
        return _form(request.form, error)
    flash("La séance est au programme.", "good")
    return redirect(url_for(".view_session", slot_id=slot.id), 303)


@blueprint.get("/sessions/<uuid:slot_id>/edit")
@permission("slot.move")
def edit(slot_id: UUID) -> Response:
    """The form of a session to come."""
    slot = _kept(slot_id, "slot.move")
    return _form(_typed_of(slot), None, slot)


@blueprint.post("/sessions/<uuid:slot_id>/edit")
@permission("slot.move")
def change(slot_id: UUID) -> Response:
    """Move it, or change its place or its capacity."""
    try:
        revision = whole(request.form.get("revision", ""))
        opening.change_group_session(actor(), slot_id, _details(request.form), revision)
    except (Invalid, Conflict, Stale) as error:
        return _form(request.form, error, _kept(slot_id, "slot.move"))
    flash("La séance est modifiée. Un changement de date ou de lieu est dit à toutes les personnes inscrites.", "good")
    return redirect(url_for(".view_session", slot_id=slot_id), 303)


@blueprint.get("/sessions/<uuid:slot_id>/cancel")
@permission("slot.cancel")
def ask_cancel(slot_id: UUID) -> Response:
    """What cancelling does, before it is done."""
    found = sessions.view_session(actor(), slot_id)
    permit(PERMISSIONS, actor(), "slot.cancel", found.row.slot)
    slot = found.row.slot
    words = when(slot.starts_at, slot.ends_at, g.tenant.zone)
    return page("sessions/cancel.html", found=found, slot=slot, words=words)


@blueprint.post("/sessions/<uuid:slot_id>/cancel")
@permission("slot.cancel")
def cancel(slot_id: UUID) -> Response:
    """Cancel it, and tell everybody."""
    try:
        opening.cancel_group_session(actor(), slot_id)
    except Conflict as error:
        return show(slot_id, error)
    flash("La séance est annulée. Toutes les personnes concernées sont prévenues.", "info")
    return redirect(url_for(".view_session", slot_id=slot_id), 303)


def _kept(slot_id: UUID, action: str) -> Slot:
    slot = sessions.view_session(actor(), slot_id).row.slot
    permit(PERMISSIONS, actor(), action, slot)
    return slot


def _details(form: Mapping[str, str]) -> SessionDetails:
    """What was typed. Raises Invalid where a day, an hour or a consultant is none."""
    zone = g.tenant.zone
    starts_at = asked.instant(form.get("on", ""), form.get("from", ""), zone)
    ends_at = asked.instant(form.get("on", ""), form.get("to", ""), zone)
    faults = {}
    if starts_at is None:
        faults["starts_at"] = "Indiquez un jour et une heure de début."
    if ends_at is None:
        faults["ends_at"] = "Indiquez une heure de fin."
    consultant_id = identifier(form.get("consultant", ""))
    if consultant_id is None:
        faults["consultant_id"] = "Choisissez qui anime la séance."
    if starts_at is None or ends_at is None or consultant_id is None:
        raise Invalid(opening.NOT_OPENED, faults)
    capacity = whole(form.get("capacity", "")) or 0
    return SessionDetails(consultant_id, starts_at, ends_at, form.get("place", ""), capacity)


def _typed_of(slot: Slot) -> dict[str, str]:
    local = ZoneInfo(g.tenant.zone)
    starts, ends = slot.starts_at.astimezone(local), slot.ends_at.astimezone(local)
    return {
        "consultant": str(slot.consultant_id),
        "on": starts.date().isoformat(),
        "from": f"{starts:%H:%M}",
        "to": f"{ends:%H:%M}",
        "place": slot.place,
        "capacity": str(slot.capacity),
    }


def _form(typed: Mapping[str, str], error: CrrcError | None, slot: Slot | None = None) -> Response:
    choices = sessions.view_opening(actor())
    consultants = [one for one in choices.consultants if slot is None or one.provider_id == slot.provider_id]
    values: dict[str, Any] = {name: typed.get(name, "")[:500] for name in NAMES}
    return page(
        "sessions/form.html",
        error.status if error else 200,
        slot=slot,
        services=[(one.slug, one.title) for one in choices.services],
        consultants=[(one.id, one.name) for one in consultants],
        typed=values,
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
        anchors=ANCHORS,
    )
