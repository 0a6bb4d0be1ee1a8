"""The state of the service for programs, and its incidents: the same commands as the pages."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from kit.web import actor, permission
from notifications.schemas import status as schemas
from notifications.service import incident as service
from notifications.service.status import Status, read_status

blueprint = Blueprint("status_api", __name__, description="The state of the service and its incidents.")


@blueprint.get("/status")
@permission("incident.view")
@blueprint.response(200, schemas.StatusView)
def view_status() -> Status:
    """Read the state of the service: last runs, delays, incidents. Without a token too."""
    return read_status(actor())


@blueprint.post("/incidents")
@permission("incident.open")
@blueprint.arguments(schemas.IncidentBody)
@blueprint.response(201, schemas.IncidentView)
def open_incident(body: dict[str, Any]) -> service.Story:
    """Tell everybody of an incident or of a maintenance."""
    return service.open_incident(actor(), **body)


@blueprint.get("/incidents/<uuid:incident_id>")
@permission("incident.view")
@blueprint.response(200, schemas.IncidentView)
def view_incident(incident_id: UUID) -> service.Story:
    """Read one."""
    return service.view_incident(actor(), incident_id)


@blueprint.post("/incidents/<uuid:incident_id>/updates")
@permission("incident.tell")
@blueprint.arguments(schemas.IncidentWords)
@blueprint.response(201, schemas.IncidentView)
def tell_incident(body: dict[str, Any], incident_id: UUID) -> service.Story:
    """Say where it stands."""
    return service.tell_incident(actor(), incident_id, **body)


@blueprint.post("/incidents/<uuid:incident_id>/resolve")
@permission("incident.resolve")
@blueprint.arguments(schemas.IncidentWords)
@blueprint.response(200, schemas.IncidentView)
def resolve_incident(body: dict[str, Any], incident_id: UUID) -> service.Story:
    """Say that it is over."""
    return service.resolve_incident(actor(), incident_id, **body)
