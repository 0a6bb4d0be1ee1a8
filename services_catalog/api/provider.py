"""Providers, for programs: the list, one, its profile, its suspension."""

from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from kit.errors import PreconditionMissing
from kit.web import actor, if_match, permission, revision_read
from services_catalog.schemas import provider as schemas
from services_catalog.service import provider as writing
from services_catalog.service import provider_file as reading

blueprint = Blueprint("provider_api", __name__, description="Prestataires")
IF_MATCH: dict[str, Any] = {"parameters": [if_match("The revision that was read.")]}


@blueprint.get("/providers")
@permission("provider.list")
@blueprint.arguments(schemas.ProvidersQuery, location="query")
@blueprint.response(200, schemas.ProvidersView)
def list_providers(query: dict[str, Any]) -> reading.Providers:
    """List the providers, by name; with what stops each from doing what is needed."""
    after, limit = query.pop("after"), query.pop("limit")
    return reading.list_providers(actor(), reading.Filters(**query), after, limit)


@blueprint.post("/providers")
@permission("provider.write")
@blueprint.arguments(schemas.CreateProvider)
@blueprint.response(201, schemas.ProviderView)
def create_provider(body: dict[str, Any]) -> Any:
    """Open a provider: its account, its profile, and the first of its people, who is told by mail."""
    email, function = body.pop("email"), body.pop("function")
    made = writing.create_provider(actor(), body, email, function)
    return made, {"ETag": f'"{made.revision}"'}


@blueprint.get("/providers/<uuid:provider_id>")
@permission("provider.view")
@blueprint.response(200, schemas.ProviderView)
def view_provider(provider_id: UUID) -> Any:
    """Read a provider's profile."""
    provider = reading.view_provider(actor(), provider_id).provider
    return provider, {"ETag": f'"{provider.revision}"'}


@blueprint.put("/providers/<uuid:provider_id>")
@permission("provider.write")
@blueprint.arguments(schemas.WriteProvider)
@blueprint.response(200, schemas.ProviderView)
@blueprint.doc(**IF_MATCH)
def edit_provider(body: dict[str, Any], provider_id: UUID) -> Any:
    """Write a provider's profile, as it was read."""
    if not request.if_match or request.if_match.star_tag:
        raise PreconditionMissing("Dites quelle version vous modifiez : If-Match porte l’ETag que vous avez lu.")
    written = writing.edit_provider(actor(), provider_id, body, revision_read(request.if_match.as_set()))
    return written, {"ETag": f'"{written.revision}"'}


@blueprint.post("/providers/<uuid:provider_id>/suspend")
@permission("provider.suspend")
@blueprint.response(200, schemas.ProviderView)
def suspend_provider(provider_id: UUID) -> Any:
    """Give it no new mission; those it has go on."""
    return writing.suspend_provider(actor(), provider_id)


@blueprint.post("/providers/<uuid:provider_id>/resume")
@permission("provider.resume")
@blueprint.response(200, schemas.ProviderView)
def resume_provider(provider_id: UUID) -> Any:
    """Give it missions again."""
    return writing.resume_provider(actor(), provider_id)
