"""Transmissions, for programs: the same commands as the pages."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from billing.models import Transmission
from billing.permissions import PERMISSIONS
from billing.rules.portal_words import word
from billing.schemas import transmission as schemas
from billing.service import transmission as service
from billing.service.transmission import TransmissionView
from kit.errors import NotFound
from kit.permissions import allows
from kit.web import actor, permission

blueprint = Blueprint("transmission_api", __name__, description="Transmission des factures")


@blueprint.get("/transmissions")
@permission("transmission.list")
@blueprint.arguments(schemas.TransmissionsQuery, location="query")
@blueprint.response(200, schemas.TransmissionsView)
def list_transmissions(query: dict[str, Any]) -> Any:
    """List transmissions, the last begun first."""
    rows = service.list_after(actor(), query["view"], query["after"], query["limit"])
    items = [_line(row.transmission, row.number) for row in rows]
    return {"items": items, "after": items[-1]["id"] if len(items) == query["limit"] else None}


@blueprint.get("/transmissions/<uuid:transmission_id>")
@permission("transmission.view")
@blueprint.response(200, schemas.TransmissionDetail)
def view_transmission(transmission_id: UUID) -> Any:
    """Read how an invoice goes; its customer may too."""
    return _detail(service.get_one(actor(), transmission_id))


@blueprint.post("/transmissions/<uuid:transmission_id>/deposit")
@permission("transmission.deposit")
@blueprint.arguments(schemas.RecordDeposit)
@blueprint.response(200, schemas.TransmissionDetail)
def record_deposit(body: dict[str, Any], transmission_id: UUID) -> Any:
    """Note a deposit that somebody made by hand."""
    service.record_deposit(actor(), transmission_id, body["reference"], body["deposited_on"])
    return _detail(service.get_one(actor(), transmission_id))


@blueprint.post("/transmissions/<uuid:transmission_id>/fate")
@permission("transmission.accept")
@blueprint.arguments(schemas.RecordFate)
@blueprint.response(200, schemas.TransmissionDetail)
def record_fate(body: dict[str, Any], transmission_id: UUID) -> Any:
    """Note what the customer says of an invoice that no portal follows."""
    service.record_fate(actor(), transmission_id, body["fate"], body["motive"])
    return _detail(service.get_one(actor(), transmission_id))


@blueprint.post("/transmissions/<uuid:transmission_id>/retry")
@permission("transmission.retry")
@blueprint.arguments(schemas.SendAgain)
@blueprint.response(200, schemas.TransmissionDetail)
def retry(body: dict[str, Any], transmission_id: UUID) -> Any:
    """Send again what failed or was rejected."""
    service.retry(actor(), transmission_id, body["channel"])
    return _detail(service.get_one(actor(), transmission_id))


@blueprint.post("/transmissions/<uuid:transmission_id>/route")
@permission("transmission.route")
@blueprint.arguments(schemas.SendBy)
@blueprint.response(200, schemas.TransmissionDetail)
def route(body: dict[str, Any], transmission_id: UUID) -> Any:
    """Send another way what has not begun."""
    service.route(actor(), transmission_id, body["channel"])
    return _detail(service.get_one(actor(), transmission_id))


def _line(row: Transmission, number: str | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "invoice_id": row.invoice_id,
        "number": number,
        "channel": row.channel,
        "state": row.state,
        "reference": row.external_reference,
        "said": row.last_error,
        "deposited_at": row.deposited_at,
        "next_attempt_at": row.next_attempt_at,
    }


def _detail(found: TransmissionView) -> dict[str, Any]:
    if found.transmission is None:
        raise NotFound()
    events = [
        {"status": one.status, "label": word(one.status).label, "detail": one.detail, "said_at": one.said_at}
        for one in found.events
    ]
    line = _line(found.transmission, found.invoice.number)
    if not allows(PERMISSIONS, actor(), "transmission.deposit", found.transmission):
        line["said"] = ""  # what stops us is not the customer's business: an account that is barred, an address
    return line | {"events": events}
