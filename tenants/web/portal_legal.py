"""The settings' page of what the legal pages say."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kit.errors import CrrcError
from kit.web import actor, permission
from tenants.rules.profile import ACCESSIBILITY_LABELS
from tenants.service import profile
from tenants.service.profile import view_portal
from tenants.web.settings_form import save, show

portal_legal = Blueprint("portal_legal", __name__, url_prefix="/staff/settings/legal")
VIEW = "tenant_profile.view"


@portal_legal.get("")
@permission("tenant_profile.view")
def edit() -> Response:
    """What the law wants a public site to say, as it stands."""
    return _page()


@portal_legal.post("")
@permission("tenant_profile.set")
def change() -> Response:
    """Save it."""
    return save(
        lambda version: profile.save_legal(actor(), request.form, version),
        lambda error: _page(request.form, error),
        "Les pages légales sont à jour.",
        ".edit",
    )


def _page(typed: Mapping[str, Any] | None = None, error: CrrcError | None = None) -> Response:
    if typed is None:
        audited = view_portal(actor(), VIEW).profile.accessibility_audited_on
        day = (str(audited.day), str(audited.month), str(audited.year)) if audited else ("", "", "")
    else:
        day = tuple(typed.get(f"accessibility_audited_on-{part}", "") for part in ("day", "month", "year"))
    states = [{"value": name, "text": words.capitalize()} for name, words in ACCESSIBILITY_LABELS.items()]
    return show("legal", VIEW, typed, error, day=day, states=states)
