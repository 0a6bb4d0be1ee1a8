"""The settings' page of identity: name, ARS, contact, time zone; and the portal's own host."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kit.errors import CrrcError
from kit.french import ZONES
from kit.host import address_of
from kit.web import actor, permission
from tenants.service import profile
from tenants.web.settings_form import save, show

portal_identity = Blueprint("portal_identity", __name__, url_prefix="/staff/settings")
VIEW = "tenant_profile.view"


@portal_identity.get("/identity")
@permission("tenant_profile.view")
def edit() -> Response:
    """Who this portal is."""
    return _page()


@portal_identity.post("/identity")
@permission("tenant_profile.set")
def change() -> Response:
    """Save it."""
    return save(
        lambda version: profile.save_identity(actor(), request.form, version),
        lambda error: _page(request.form, error),
        "L’identité du portail est enregistrée.",
        ".edit",
    )


@portal_identity.get("/domain")
@permission("tenant_profile.view")
def edit_domain() -> Response:
    """The portal's own host, and what it takes to have one."""
    return _domain()


@portal_identity.post("/domain")
@permission("tenant_policy.set")
def change_domain() -> Response:
    """Save it: from now on, mails and documents give this address."""
    return save(
        lambda version: profile.save_domain(actor(), request.form.get("domain", ""), version),
        lambda error: _domain(request.form, error),
        "Le nom de domaine est enregistré.",
        ".edit_domain",
    )


def _page(typed: Mapping[str, Any] | None = None, error: CrrcError | None = None) -> Response:
    zones = [(name, words[:1].upper() + words[1:]) for name, words in ZONES.items()]
    return show("identity", VIEW, typed, error, zones=zones)


def _domain(typed: Mapping[str, Any] | None = None, error: CrrcError | None = None) -> Response:
    return show("domain", VIEW, typed, error, address_of=address_of)
