"""The API's smallest answers: which portal, and who am I."""

from typing import Any

from flask import g
from flask_smorest import Blueprint

from kit.errors import Unauthenticated
from kit.web import actor, permission
from tenants.models import Tenant
from tenants.schemas import ActorView, PortalView
from tenants.service.session import WHO_AM_I

portal = Blueprint("portal", __name__, description="The portal, and whoever asks.")


@portal.get("/portal")
@permission("tenant.view")
@portal.response(200, PortalView)
def view() -> Tenant:
    """The portal's public facts."""
    tenant: Tenant = g.tenant
    return tenant


@portal.get("/me")
@permission("tenant.view")
@portal.response(200, ActorView)
def me() -> dict[str, Any]:
    """Whoever this token stands for, and what it may do."""
    who = actor()
    if not who.is_known:
        raise Unauthenticated()
    return {
        "kind": who.kind,
        "name": who.name,
        "roles": sorted(who.roles),
        "organisations": {key: sorted(held) for key, held in who.organisations.items()},
        "scopes": sorted((who.scopes or frozenset()) - WHO_AM_I),
    }
