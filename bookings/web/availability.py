"""When consultants work: a week of half-days to tick, and the days that differ."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.rules.halves import HalfDay, read_half, write_half
from bookings.rules.public_holidays import holiday_name
from bookings.rules.states import HALF_LABELS, HALVES
from bookings.service import availability as diaries
from bookings.service.availability import ConsultantWeek
from bookings.web import asked
from kit.errors import Invalid, NotFound
from kit.french import DAYS
from kit.web import actor, page, permission

blueprint = Blueprint("availability", __name__)
BASE = "/providers/<uuid:provider_id>/availability"


@blueprint.get(BASE)
@permission("availability.view")
def view(provider_id: UUID) -> Response:
    """Every consultant's week."""
    return _show(provider_id)


@blueprint.post(f"{BASE}/<uuid:consultant_id>/week")
@permission("availability.write")
def set_week(provider_id: UUID, consultant_id: UUID) -> Response:
    """The half-days that were ticked, from a day on."""
    ticked = set()
    for text in request.form.getlist("half"):
        weekday, _, half = text.partition(":")
        ticked.add((int(weekday) if weekday.isascii() and weekday.isdecimal() and len(weekday) == 1 else 9, half))
    try:
        diaries.set_week(actor(), consultant_id, ticked, asked.day(request.form.get("starts_on", "")))
    except Invalid as error:
        return _show(provider_id, consultant_id, error)
    flash("La semaine est enregistrée. Les rendez-vous déjà pris ne changent pas.", "good")
    return _back(provider_id, consultant_id)


@blueprint.post(f"{BASE}/<uuid:consultant_id>/exceptions")
@permission("availability.write")
def add_exception(provider_id: UUID, consultant_id: UUID) -> Response:
    """Some days that differ."""
    form = request.form
    first = asked.day(form.get("first", ""))
    last = asked.day(form.get("last", "")) if form.get("last", "").strip() else first
    try:
        if first is None or last is None:
            raise Invalid("Ces jours n’ont pas été enregistrés.", {"first": "Indiquez un jour, et un dernier jour."})
        available, halves = form.get("available") == "yes", form.getlist("halves")
        diaries.add_exception(actor(), consultant_id, first, last, halves, available, form.get("reason", ""))
    except Invalid as error:
        return _show(provider_id, consultant_id, error)
    flash("C’est noté. Les rendez-vous déjà pris ne changent pas.", "good")
    return _back(provider_id, consultant_id)


@blueprint.post(f"{BASE}/<uuid:consultant_id>/exceptions/remove")
@permission("availability.write")
def remove_exception(provider_id: UUID, consultant_id: UUID) -> Response:
    """One half-day follows the week again."""
    half = read_half(request.form.get("half", ""))
    if half is None:
        raise NotFound()
    diaries.remove_exception(actor(), consultant_id, half)
    flash("Cette demi-journée suit de nouveau la semaine habituelle.", "info")
    return _back(provider_id, consultant_id)


def _back(provider_id: UUID, consultant_id: UUID) -> Response:
    address = url_for(".view", provider_id=provider_id, _anchor=f"consultant-{consultant_id}")
    return redirect(address, 303)


def _show(provider_id: UUID, consultant_id: UUID | None = None, error: Invalid | None = None) -> Response:
    found = diaries.view_availability(actor(), provider_id)
    if consultant_id is not None and consultant_id not in {one.consultant.id for one in found.weeks}:
        raise NotFound()
    return page(
        "planning/availability.html",
        error.status if error else 200,
        provider=found.provider,
        on=found.on,
        days=list(enumerate(DAYS)),
        halves=[(half, HALF_LABELS[half].capitalize()) for half in HALVES],
        people=[_person(one, error if one.consultant.id == consultant_id else None) for one in found.weeks],
        errors={f"{path}-{consultant_id}": text for path, text in error.fields.items()} if error else {},
    )


def _person(one: ConsultantWeek, error: Invalid | None) -> dict[str, Any]:
    typed: Mapping[str, str] = request.form if error else {}
    return {
        "id": one.consultant.id,
        "consultant": one.consultant,
        "week": {f"{weekday}:{half}" for weekday, half in one.week},
        "later": min((rule.starts_on for rule in one.later), default=None),
        "exceptions": [_exception(one, half) for half in one.exceptions[: diaries.MOST_SHOWN]],
        "more": max(0, len(one.exceptions) - diaries.MOST_SHOWN),
        "typed": {name: typed.get(name, "")[:200] for name in ("starts_on", "first", "last", "reason")},
        "errors": dict(error.fields) if error else {},
    }


def _exception(one: ConsultantWeek, found: Any) -> dict[str, Any]:
    half = HalfDay(found.on, found.half)
    return {
        "value": write_half(half),
        "words": half.words,
        "available": found.available,
        "reason": found.reason or holiday_name(found.on, one.consultant.department),
    }
