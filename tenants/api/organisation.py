"""Organisations, their people, and the requests for their accounts, for programs."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from kit.web import actor, permission
from tenants import schemas
from tenants.models import Organisation
from tenants.service import claim_answer
from tenants.service.claim_reading import page_of_claims, view_claim
from tenants.service.colleague import list_colleagues
from tenants.service.organisation import get_organisation, page_of_organisations

blueprint = Blueprint("organisation_api", __name__, description="Organismes, personnes, demandes d’accès")


@blueprint.get("/organisations")
@permission("organisation.view")
@blueprint.arguments(schemas.OrganisationsQuery, location="query")
@blueprint.response(200, schemas.OrganisationsView)
def list_organisations(query: dict[str, Any]) -> Any:
    """List the accounts of the portal for its staff, one's own for an organisation; the last opened first."""
    items, after = page_of_organisations(actor(), query["text"], query["after"], query["limit"])
    return {"items": items, "after": after}


@blueprint.get("/organisations/<uuid:organisation_id>")
@permission("organisation.view")
@blueprint.response(200, schemas.OrganisationView)
def view_organisation(organisation_id: UUID) -> Organisation:
    """Read an account: how it was proved, and whether somebody has confirmed it."""
    return get_organisation(actor(), organisation_id)


@blueprint.get("/organisations/<uuid:organisation_id>/members")
@permission("organisation_member.view")
@blueprint.response(200, schemas.MembersView)
def list_members(organisation_id: UUID) -> Any:
    """List everybody in an account, in the order they came."""
    return {"items": list_colleagues(actor(), organisation_id)[1]}


@blueprint.get("/claims")
@permission("organisation_claim.view")
@blueprint.arguments(schemas.ClaimsQuery, location="query")
@blueprint.response(200, schemas.ClaimsView)
def list_claims(query: dict[str, Any]) -> Any:
    """List requests for accounts: the portal's for the GRADeS, one's organisation's for its owners; the last first."""
    items, after = page_of_claims(actor(), query["state"] or None, query["after"], query["limit"])
    return {"items": items, "after": after}


@blueprint.get("/claims/<uuid:claim_id>")
@permission("organisation_claim.view")
@blueprint.response(200, schemas.ClaimView)
def read_claim(claim_id: UUID) -> Any:
    """Read a request: who asks, for what, and the answer."""
    return view_claim(actor(), claim_id).request


@blueprint.post("/claims/<uuid:claim_id>/accept")
@permission("organisation_claim.accept")
@blueprint.arguments(schemas.AcceptClaim)
@blueprint.response(200, schemas.OrganisationView)
def accept_claim(body: dict[str, Any], claim_id: UUID) -> Organisation:
    """Let the author in with a role; the account is opened when there is none, and its first person owns it."""
    return claim_answer.accept_claim(actor(), claim_id, body["role"])


@blueprint.post("/claims/<uuid:claim_id>/refuse")
@permission("organisation_claim.refuse")
@blueprint.arguments(schemas.RefuseClaim)
@blueprint.response(200, schemas.ClaimView)
def refuse_claim(body: dict[str, Any], claim_id: UUID) -> Any:
    """Refuse a request, with the reason that its author reads."""
    claim_answer.refuse_claim(actor(), claim_id, body["reason"])
    return view_claim(actor(), claim_id).request
