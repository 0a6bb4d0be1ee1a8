"""Group sessions and places, for programs: the same commands as the pages."""

from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from bookings.models import Booking, WaitingEntry
from bookings.schemas import planning as schemas
from bookings.service import opening, place
from bookings.service import session as sessions
from bookings.service.opening import SessionDetails
from bookings.service.session import Programme
from kit.errors import PreconditionMissing
from kit.web import actor, if_match, permission, revision_read

blueprint = Blueprint("session_api", __name__, description="Séances collectives, places, liste d’attente")
NO_REVISION = "Dites quelle révision vous modifiez\N{NO-BREAK SPACE}: l’en-tête If-Match porte l’ETag que vous avez lu."
_IF_MATCH = {"parameters": [if_match('The revision that was read (`"7"`).')]}


@blueprint.get("/sessions")
@permission("slot.view")
@blueprint.arguments(schemas.ProgrammeQuery, location="query")
@blueprint.response(200, schemas.ProgrammeView)
def list_sessions(query: dict[str, Any]) -> Programme:
    """List the sessions to come, the next one first."""
    return sessions.view_programme(actor(), query["after"], query["limit"], query["service_id"])


@blueprint.post("/sessions")
@permission("slot.write")
@blueprint.arguments(schemas.OpenSession)
@blueprint.response(201, schemas.SessionView)
def open_session(body: dict[str, Any]) -> Any:
    """Open a session of a published service."""
    service, kept_for = body.pop("service"), body.pop("kept_for")
    slot = opening.open_group_session(actor(), service, SessionDetails(**body), kept_for)
    return _view(slot.id)


@blueprint.get("/sessions/<uuid:slot_id>")
@permission("slot.view")
@blueprint.response(200, schemas.SessionView)
def view_session(slot_id: UUID) -> Any:
    """Read one session."""
    return _view(slot_id)


@blueprint.put("/sessions/<uuid:slot_id>")
@permission("slot.move")
@blueprint.arguments(schemas.SessionBody)
@blueprint.response(200, schemas.SessionView)
@blueprint.doc(**_IF_MATCH)
def change_session(body: dict[str, Any], slot_id: UUID) -> Any:
    """Move a session to come, or change its place or capacity: everybody who comes is told."""
    if not request.if_match:
        raise PreconditionMissing(
            "Dites quelle révision vous modifiez\N{NO-BREAK SPACE}: l’en-tête If-Match porte l’ETag lu."
        )
    revision = None if request.if_match.star_tag else revision_read(request.if_match.as_set())
    opening.change_group_session(actor(), slot_id, SessionDetails(**body), revision)
    return _view(slot_id)


@blueprint.post("/sessions/<uuid:slot_id>/cancel")
@permission("slot.cancel")
@blueprint.response(200, schemas.SessionView)
def cancel_session(slot_id: UUID) -> Any:
    """Cancel a session to come: places are given back, everybody is told."""
    opening.cancel_group_session(actor(), slot_id)
    return _view(slot_id)


@blueprint.post("/sessions/<uuid:slot_id>/places")
@permission("booking.take")
@blueprint.arguments(schemas.TakePlaces)
@blueprint.response(201, schemas.BookingView)
def take_places(body: dict[str, Any], slot_id: UUID) -> Booking:
    """Take places and order them, in one act; or seat a mission that is ordered already."""
    if body["mission_id"] is not None:
        return place.seat_mission(actor(), slot_id, body["mission_id"])
    return place.book_places(actor(), slot_id, body["organisation_id"], body["places"])


@blueprint.post("/sessions/<uuid:slot_id>/waiting")
@permission("waiting.join")
@blueprint.arguments(schemas.JoinWaiting)
@blueprint.response(201, schemas.WaitingView)
def join_waiting(body: dict[str, Any], slot_id: UUID) -> WaitingEntry:
    """Wait for places. Asking twice is waiting once."""
    return place.join_waiting(actor(), slot_id, body["organisation_id"], body["places"])


@blueprint.post("/sessions/<uuid:slot_id>/waiting/take")
@permission("waiting.take")
@blueprint.arguments(schemas.ForWhom)
@blueprint.response(201, schemas.BookingView)
def take_offer(body: dict[str, Any], slot_id: UUID) -> Booking:
    """Take the places that are offered."""
    return place.take_offer(actor(), slot_id, body["organisation_id"])


@blueprint.post("/sessions/<uuid:slot_id>/waiting/leave")
@permission("waiting.leave")
@blueprint.arguments(schemas.ForWhom)
@blueprint.response(200, schemas.WaitingView)
def leave_waiting(body: dict[str, Any], slot_id: UUID) -> WaitingEntry:
    """Give up waiting, or an offer."""
    return place.leave_waiting(actor(), slot_id, body["organisation_id"])


def _view(slot_id: UUID) -> Any:
    row = sessions.view_session(actor(), slot_id).row
    return row, {"ETag": f'"{row.slot.revision}"'}
