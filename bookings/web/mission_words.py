"""Missions as pages say them: a line of a list, the steps of one, who does what next."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, url_for

from bookings.models import Mission
from bookings.queries.mission_list import MissionRow
from bookings.rules import next_step as rules
from bookings.rules.mission_words import steps
from bookings.rules.next_step import Step
from bookings.service.mission_reading import MissionPage, side_of
from kit.actor import Actor
from kit.french import NBSP, day, hour

NOBODY_YET = "le prestataire à désigner"


def moment(at: datetime) -> str:
    """« 10 décembre 2026 à 9 h » in the portal's zone, which the page has named once."""
    local = at.astimezone(ZoneInfo(g.tenant.zone))
    return f"{day(local.date())} à{NBSP}{hour(local)}"


def starting(mission: Mission) -> str:
    """« le jeudi 10 décembre 2026 à 9 h », "" without a date."""
    if mission.starts_at is None:
        return ""
    local = mission.starts_at.astimezone(ZoneInfo(g.tenant.zone))
    return f"le {day(local.date(), weekday=True)} à {hour(local)}"


def standing(mission: Mission, facility: str, provider: str | None, on: date, side: str) -> Step:
    """Who does what next, as the reader's side is told."""
    return rules.next_step(mission, facility, provider or NOBODY_YET, starting(mission), on, side)


def card(row: MissionRow, actor: Actor, on: date) -> dict[str, Any]:
    """A mission in a list: its other side, where it stands, whose turn it is."""
    mission, side = row.mission, side_of(actor, row.mission)
    step = standing(mission, row.facility, row.provider, on, side)
    return {
        "title": mission.title,
        "href": url_for("missions.view_mission", mission_id=mission.id),
        "assign_href": url_for("board.assign", mission_id=mission.id),
        "number": mission.number,
        "who": _who(row, side, actor),
        "facility": row.facility,
        "provider": row.provider,
        "state": mission.state,
        "sentence": step.sentence,
        "is_mine": side in step.turn,
        "is_late": step.is_late,
        "day": _day(mission),
        "assignment": mission.assignment,
        "half_days": mission.half_days,
    }


def timeline(found: MissionPage) -> list[dict[str, str]]:
    """The steps, for the macro that draws them."""
    words = {"done": "Fait", "current": "Fait" if found.mission.state == "cancelled" else "Prochaine étape"}
    return [
        {"name": one.name, "when": one.when, "state": one.state, "word": words.get(one.state, "")}
        for one in steps(found.mission, _on)
    ]


def documents(found: MissionPage) -> list[dict[str, Any]]:
    """The documents of a mission, the last changed first, each with its (deliverable, author), newest first."""
    by_name: dict[str, list[Any]] = {}
    for one, author in found.deliverables:
        by_name.setdefault(one.name, []).append((one, author))
    return [{"name": name, "versions": versions} for name, versions in by_name.items()]


def document_choices(found: MissionPage) -> list[tuple[str, str]]:
    """What a file to send may be: a document of its own name, or the next version of one that is there."""
    names = sorted({one.name for one, _ in found.deliverables})
    own = ("", "Un nouveau document, ou la suite de celui du même nom")
    return [own, *((name, f"La nouvelle version de «{NBSP}{name}{NBSP}»") for name in names)]


def _who(row: MissionRow, side: str, actor: Actor) -> tuple[str, str]:
    """(who, and who else): the other side first; one's own organisation only for whoever has several."""
    provider = row.provider or "Prestataire à désigner"
    if side == rules.FACILITY:
        return provider, row.facility if len(actor.organisations) > 1 else ""
    return row.facility, "" if side == rules.PROVIDER else provider


def _day(mission: Mission) -> tuple[str, str] | None:
    """(what the day is, the day) that matters most now."""
    if mission.state == "delivered" and mission.accept_by:
        return "Répondre jusqu’au", day(mission.accept_by)
    if mission.state == "accepted" and mission.accepted_at:
        return "Acceptée le", _on(mission.accepted_at)
    if mission.state == "cancelled" and mission.cancelled_at:
        return "Annulée le", _on(mission.cancelled_at)
    if mission.state == "planned" and mission.starts_at:
        return "Début", moment(mission.starts_at)
    return ("À terminer jusqu’au", day(mission.due_on)) if mission.due_on else None


def _on(at: datetime) -> str:
    return day(at.astimezone(ZoneInfo(g.tenant.zone)).date())
