"""« Changer de portail »: every portal and organisation of a person, one click away, without signing in again."""

from flask import Blueprint, g
from werkzeug.wrappers import Response

from kit.settings import settings
from kit.web import actor, page, permission
from tenants.rules.roles import ROLE_LABELS
from tenants.service.places import list_my_places

portals = Blueprint("portals", __name__)


@portals.get("/portals")
@permission("account.view")
def list_portals() -> Response:
    """Where one has a place. From a portal's own domain, the others are at the installation's address."""
    found = list_my_places(actor())
    base = settings().base_url.rstrip("/") if g.tenant.domain else ""
    return page(
        "tenants/portals.html",
        places=found,
        here=g.tenant.id,
        base=base,
        role_labels=ROLE_LABELS,
    )
