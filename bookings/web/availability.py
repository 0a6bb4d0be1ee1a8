"""When consultants work: a week of half-days to tick, and the days that differ."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.models import AvailabilityException
from bookings.rules.halves import HalfDay, read_half, write_half
from bookings.rules.states import HALF_LABELS, HALVES
from bookings.service import availability as diaries
from bookings.service.availability import ConsultantWeek
from bookings.web import asked
from kit.errors import Invalid, NotFound
from kit.french import DAYS, day
from kit.public_holidays import holiday_name
from kit.typed import number
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
        known = number(weekday, 1)
        ticked.add((9 if known is None else known, half))
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
    """Some half-days follow the week again."""
    first, last = read_half(request.form.get("first", "")), read_half(request.form.get("last", ""))
    if first is None or last is None:
        raise NotFound()
    diaries.remove_exceptions(actor(), consultant_id, first, last)
    flash("Ces demi-journées suivent de nouveau la semaine habituelle.", "info")
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
    runs = _runs(one.exceptions)
    return {
        "id": one.consultant.id,
        "consultant": one.consultant,
        "week": {f"{weekday}:{half}" for weekday, half in one.week},
        "later": min((rule.starts_on for rule in one.later), default=None),
        "exceptions": [_exception(one, run) for run in runs[: diaries.MOST_SHOWN]],
        "more": max(0, len(runs) - diaries.MOST_SHOWN),
        "typed": {name: typed.get(name, "")[:200] for name in ("starts_on", "first", "last", "reason")},
        "errors": dict(error.fields) if error else {},
    }


def _runs(found: Sequence[AvailabilityException]) -> list[list[AvailabilityException]]:
    """Half-days that follow one another and say the same, as one."""
    runs: list[list[AvailabilityException]] = []
    for one in found:
        last = runs[-1][-1] if runs else None
        follows = last is not None and HalfDay(last.on, last.half).following == HalfDay(one.on, one.half)
        if last is not None and follows and (last.available, last.reason) == (one.available, one.reason):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _exception(one: ConsultantWeek, run: Sequence[AvailabilityException]) -> dict[str, Any]:
    first, last = (HalfDay(found.on, found.half) for found in (run[0], run[-1]))
    return {
        "first": write_half(first),
        "last": write_half(last),
        "words": _between(first, last),
        "available": run[0].available,
        "reason": run[0].reason or holiday_name(first.on, one.consultant.department),
    }


def _between(first: HalfDay, last: HalfDay) -> str:
    """« jeudi 24 décembre 2026 », « du jeudi 24 décembre 2026 au … », half-days said where days are not whole."""
    if first == last:
        return first.words
    if (first.half, last.half) != ("am", "pm"):
        return f"du {first.words}, au {last.words}"
    if first.on == last.on:
        return day(first.on, weekday=True)
    return f"du {day(first.on, weekday=True)} au {day(last.on, weekday=True)}"
