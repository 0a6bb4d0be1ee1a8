"""Agreements and their lots, for programs. The ETag of both is the agreement's revision."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from kit.web import actor, if_match, permission, revision_read
from services_catalog.schemas import market as schemas
from services_catalog.service import agreement as agreements
from services_catalog.service import lot as lots

blueprint = Blueprint(
    "agreement_api", __name__, description="Marché\N{NO-BREAK SPACE}: accords-cadres, lots, titulaires"
)
IF_MATCH: dict[str, Any] = {"parameters": [if_match("The agreement's revision that was read.")]}


@blueprint.get("/agreements")
@permission("agreement.view")
@blueprint.arguments(schemas.AgreementsQuery, location="query")
@blueprint.response(200, schemas.AgreementsView)
def list_agreements(query: dict[str, Any]) -> agreements.Agreements:
    """List the framework agreements with their lots, the last to end first."""
    return agreements.list_agreements(actor(), query["after"], query["limit"])


@blueprint.post("/agreements")
@permission("agreement.write")
@blueprint.arguments(schemas.WriteAgreement)
@blueprint.response(201, schemas.AgreementView)
def make_agreement(body: dict[str, Any]) -> Any:
    """Write an agreement."""
    return _agreement(agreements.make_agreement(actor(), body).id)


@blueprint.get("/agreements/<uuid:agreement_id>")
@permission("agreement.view")
@blueprint.response(200, schemas.AgreementView)
def view_agreement(agreement_id: UUID) -> Any:
    """Read an agreement with its lots, their holders and schedules."""
    return _agreement(agreement_id)


@blueprint.put("/agreements/<uuid:agreement_id>")
@permission("agreement.write")
@blueprint.arguments(schemas.WriteAgreement)
@blueprint.response(200, schemas.AgreementView)
@blueprint.doc(**IF_MATCH)
def change_agreement(body: dict[str, Any], agreement_id: UUID) -> Any:
    """Change an agreement; never so that a price would fall outside its dates."""
    agreements.change_agreement(actor(), agreement_id, body, _revision())
    return _agreement(agreement_id)


@blueprint.post("/agreements/<uuid:agreement_id>/lots")
@permission("agreement.write")
@blueprint.arguments(schemas.WriteLot)
@blueprint.response(201, schemas.LotView)
@blueprint.doc(**IF_MATCH)
def make_lot(body: dict[str, Any], agreement_id: UUID) -> Any:
    """Add a lot to an agreement."""
    return _lot(lots.make_lot(actor(), agreement_id, _terms(body), _revision()).id)


@blueprint.get("/lots/<uuid:lot_id>")
@permission("agreement.view")
@blueprint.response(200, schemas.LotView)
def view_lot(lot_id: UUID) -> Any:
    """Read a lot."""
    return _lot(lot_id)


@blueprint.put("/lots/<uuid:lot_id>")
@permission("agreement.write")
@blueprint.arguments(schemas.WriteLot)
@blueprint.response(200, schemas.LotView)
@blueprint.doc(**IF_MATCH)
def change_lot(body: dict[str, Any], lot_id: UUID) -> Any:
    """Change a lot: its maximum never goes below what is ordered."""
    lots.change_lot(actor(), lot_id, _terms(body), _revision())
    return _lot(lot_id)


def _terms(body: dict[str, Any]) -> dict[str, Any]:
    """The fields as the rule reads them: the maximum in euros."""
    return body | {"maximum": Decimal(body["maximum_cents"]) / 100}


def _revision() -> int | None:
    asked = request.if_match
    return revision_read(asked.as_set()) if asked and not asked.star_tag else None


def _agreement(agreement_id: UUID) -> Any:
    found = agreements.view_agreement(actor(), agreement_id)
    return found, {"ETag": f'"{found.agreement.revision}"'}


def _lot(lot_id: UUID) -> Any:
    agreement, found = lots.view_lot(actor(), lot_id)
    return found, {"ETag": f'"{agreement.revision}"'}
