"""Missions, for programs: the list, one, each step of it."""

from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from bookings.models import Mission
from bookings.schemas import mission as schemas
from bookings.service import acceptance, assignment, delivery, mission_reading
from bookings.service.dropping import drop_mission
from bookings.service.mission_reading import MissionPage
from bookings.service.satisfaction import answer_satisfaction, list_opinions
from kit.errors import PreconditionMissing
from kit.web import actor, if_match, permission, revision_read

blueprint = Blueprint("mission_api", __name__, description="Missions, service fait, satisfaction")
IF_MATCH: dict[str, Any] = {"parameters": [if_match("The revision that was read.")]}


@blueprint.get("/missions")
@permission("mission.view")
@blueprint.arguments(schemas.MissionsQuery, location="query")
@blueprint.response(200, schemas.MissionsView)
def list_missions(query: dict[str, Any]) -> dict[str, Any]:
    """List the missions of one's organisations, the last opened first; everybody's for the GRADeS."""
    rows = mission_reading.list_missions_after(actor(), query["view"], query["after"], query["limit"])
    shown = rows[: query["limit"]]
    return {"items": shown, "after": shown[-1].mission.id if len(rows) > len(shown) else None}


@blueprint.get("/missions/<uuid:mission_id>")
@permission("mission.view")
@blueprint.response(200, schemas.MissionView)
def view_mission(mission_id: UUID) -> Any:
    """Read a mission, what was delivered, how it was accepted; its ETag says which version this is."""
    found = mission_reading.view_mission(actor(), mission_id)
    return _shown(found), {"ETag": f'"{found.mission.revision}"'}


@blueprint.post("/missions/<uuid:mission_id>/start")
@permission("mission.start")
@blueprint.response(200, schemas.MissionLine)
@blueprint.doc(**IF_MATCH)
def start_mission(mission_id: UUID) -> Any:
    """Say that the work begins."""
    return _tagged(delivery.start_mission(actor(), mission_id, _revision()))


@blueprint.post("/missions/<uuid:mission_id>/deliver")
@permission("mission.deliver")
@blueprint.response(200, schemas.MissionLine)
@blueprint.doc(**IF_MATCH)
def deliver_mission(mission_id: UUID) -> Any:
    """Say that the work is done: the facility answers by `accept_by`."""
    return _tagged(delivery.deliver_mission(actor(), mission_id, _revision()))


@blueprint.post("/missions/<uuid:mission_id>/cancel")
@permission("mission.cancel")
@blueprint.response(200, schemas.MissionLine)
@blueprint.doc(**IF_MATCH)
def cancel_mission(mission_id: UUID) -> Any:
    """Give up a mission without an order; one that has an order is cancelled with it."""
    return _tagged(drop_mission(actor(), mission_id, _revision()))


@blueprint.post("/missions/<uuid:mission_id>/acceptance")
@permission("mission.accept")
@blueprint.arguments(schemas.AcceptMission)
@blueprint.response(201, schemas.AcceptanceView)
def accept_mission(body: dict[str, Any], mission_id: UUID) -> Any:
    """Accept what was read (service fait)."""
    return acceptance.accept_mission(actor(), mission_id, body["name"], body["function"], body["digest"])


@blueprint.post("/missions/<uuid:mission_id>/reserves")
@permission("mission.reserve")
@blueprint.arguments(schemas.RaiseReserve)
@blueprint.response(201, schemas.ReserveView)
@blueprint.doc(**IF_MATCH)
def raise_reserve(body: dict[str, Any], mission_id: UUID) -> Any:
    """Say what is wrong with what was read."""
    return acceptance.reserve_mission(actor(), mission_id, body["text"], _revision())


@blueprint.post("/missions/<uuid:mission_id>/satisfaction")
@permission("satisfaction.answer")
@blueprint.arguments(schemas.AnswerSatisfaction)
@blueprint.response(204)
def answer(body: dict[str, Any], mission_id: UUID) -> None:
    """Answer the three questions, once."""
    answer_satisfaction(actor(), mission_id, body, body["comment"])


@blueprint.put("/missions/<uuid:mission_id>/provider")
@permission("mission.assign")
@blueprint.arguments(schemas.AssignMission)
@blueprint.response(200, schemas.MissionLine)
@blueprint.doc(**IF_MATCH)
def assign_mission(body: dict[str, Any], mission_id: UUID) -> Any:
    """Assign a mission, by hand or by the rule of its lot; its dates with another provider are freed."""
    return _tagged(assignment.assign_mission(actor(), mission_id, body["provider_id"], _revision()))


@blueprint.get("/opinions")
@permission("satisfaction.list")
@blueprint.response(200, schemas.OpinionView(many=True))
def opinions() -> Any:
    """Read what facilities think, by provider and service: averages of three answers at least."""
    return list_opinions(actor())


def _shown(found: MissionPage) -> dict[str, Any]:
    return {
        "mission": found.mission,
        "deliverables": [one for one, _ in found.deliverables],
        "manifest": found.manifest,
        "digest": found.digest,
        "reserves": [one for one, _ in found.reserves],
        "acceptance": found.acceptance,
    }


def _tagged(mission: Mission) -> Any:
    return mission, {"ETag": f'"{mission.revision}"'}


def _revision() -> int:
    if not request.if_match or request.if_match.star_tag:
        raise PreconditionMissing("If-Match manque\N{NO-BREAK SPACE}: il porte l’ETag de la mission que vous avez lue.")
    return revision_read(request.if_match.as_set())
