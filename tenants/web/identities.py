"""One's identities at ProConnect and Pro Santé Connect: attached, detached."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.web import actor, page, permission
from tenants.rules.identity import PROVIDER_NAMES, told_status
from tenants.service import identity, my_identities

identities = Blueprint("identities", __name__, url_prefix="/account/identities")


@identities.get("")
@permission("identity.view")
def list_identities() -> Response:
    """What I am known by, and for which place I come."""
    return page(
        "tenants/account/identities.html",
        identities=my_identities.list_my_identities(actor()),
        places=my_identities.view_places(actor()),
        doors=identity.list_doors(actor()),
        names=PROVIDER_NAMES,
        told_status=told_status,
        waiting=PROVIDER_NAMES.get(request.args.get("waiting", "")),
    )


@identities.post("/<uuid:identity_id>/unlink")
@permission("identity.unlink")
def unlink(identity_id: UUID) -> Response:
    """It opens my account no more."""
    kind = my_identities.unlink_identity(actor(), identity_id)
    flash(
        f"Cette identité {PROVIDER_NAMES[kind]} n’ouvre plus votre compte. Le lien par courriel l’ouvre toujours.",
        "good",
    )
    return redirect(url_for("identities.list_identities"), 303)
