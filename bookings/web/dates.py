"""The dates of a mission: the next ones that fit, and choosing among them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.rules.halves import HalfDay, read_half, when, write_half
from bookings.rules.proposals import LONGEST_RUN, DateProposal
from bookings.service import dates
from bookings.service.dates import DatesPage
from bookings.web import asked
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import count, day
from kit.typed import identifier, number
from kit.web import actor, page, permission

blueprint = Blueprint("dates", __name__)
NOTHING_CHOSEN = "Choisissez une date."


@blueprint.get("/missions/<uuid:mission_id>/dates")
@permission("mission.plan")
def propose(mission_id: UUID) -> Response:
    """The next dates where the mission fits."""
    return _show(mission_id)


@blueprint.post("/missions/<uuid:mission_id>/dates")
@permission("mission.plan")
def choose(mission_id: UUID) -> Response:
    """Plan it, or move it."""
    form = request.form
    try:
        consultant_id, halves = _chosen()
        dates.choose_dates(actor(), mission_id, consultant_id, halves, form.get("place", ""))
    except (Conflict, Invalid) as error:
        return _show(mission_id, error)
    flash("La date est retenue. Une invitation part par courriel.", "good")
    return redirect(url_for("missions.view_mission", mission_id=mission_id), 303)


@blueprint.post("/missions/<uuid:mission_id>/dates/drop")
@permission("mission.unplan")
def drop(mission_id: UUID) -> Response:
    """Take the date back."""
    try:
        dates.drop_dates(actor(), mission_id)
    except Conflict as error:
        return _show(mission_id, error)
    flash("La date est retirée. Les deux parties sont prévenues.", "info")
    return redirect(url_for(".propose", mission_id=mission_id), 303)


def _chosen() -> tuple[UUID, list[HalfDay]]:
    """`consultant|2026-12-01:am,2026-12-01:pm`, as a proposal is sent; or the boxes of another date."""
    form = request.form
    chosen = form.get("chosen", "")
    if chosen != "other":
        consultant, _, text = chosen.partition("|")
        found = [read_half(one) for one in text.split(",")[:200]]
    else:
        consultant = form.get("consultant", "")
        starts = read_half(f"{form.get('on', '').strip()}:{form.get('half', '')}")
        found = [starts]
        if starts is not None:
            wanted = min(number(form.get("count", "")) or 1, 200)
            for _ in range(wanted - 1):
                found.append(found[-1].following)  # type: ignore[union-attr]
    consultant_id = identifier(consultant)
    if consultant_id is None:
        raise Invalid(NOTHING_CHOSEN, {"chosen": NOTHING_CHOSEN})
    halves = [half for half in found if half is not None]
    if len(halves) != len(found):
        raise Invalid(NOTHING_CHOSEN, {"on" if chosen == "other" else "chosen": "Indiquez un jour et un moment."})
    return consultant_id, halves


def _show(mission_id: UUID, error: CrrcError | None = None) -> Response:
    together = request.args.get("together", "yes") != "no"
    try:
        found = dates.propose_dates(actor(), mission_id, together, asked.day(request.args.get("from", "")))
    except Conflict as closed:
        return page("planning/no_dates.html", closed.status, mission_id=mission_id, sentence=closed.sentence)
    mission, names = found.mission, {one.id: one.name for one in found.consultants}
    return page(
        "planning/dates.html",
        error.status if error else 200,
        mission=mission,
        provider=found.provider,
        length=count(mission.half_days, "demi-journée"),
        proposals=[_proposal(one, names) for one in found.proposals],
        consultants=[(one.id, one.name) for one in found.consultants],
        held=[when(slot.starts_at, slot.ends_at, g.tenant.zone) for slot in found.slots],
        found=found,
        can_choose_rhythm=1 < mission.half_days <= LONGEST_RUN,
        later=_later(found),
        typed={name: request.form.get(name, "")[:300] for name in ("chosen", "place", "on", "half", "consultant")},
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _proposal(one: DateProposal, names: dict[UUID, str]) -> dict[str, Any]:
    halves = ",".join(write_half(half) for half in one.halves)
    by_day: dict[str, list[str]] = {}
    for half in one.halves:
        by_day.setdefault(day(half.on, weekday=True), []).append(half.half)
    words = [f"{on}, {'la journée' if len(parts) == 2 else PARTS[parts[0]]}" for on, parts in by_day.items()]
    return {"value": f"{one.consultant_id}|{halves}", "words": words, "name": names[one.consultant_id]}


def _later(found: DatesPage) -> str | None:
    """The same question, from the day after the last proposal."""
    if not found.proposals:
        return None
    following = found.proposals[-1].halves[-1].following.on
    words: dict[str, Any] = {"together": "yes" if found.together else "no", "from": following.isoformat()}
    return url_for(".propose", mission_id=found.mission.id, **words)


PARTS = {"am": "le matin", "pm": "l’après-midi"}
