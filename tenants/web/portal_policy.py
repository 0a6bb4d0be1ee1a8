"""The settings' page of the rules of access."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, request, url_for
from werkzeug.wrappers import Response

from kit.errors import CrrcError
from kit.web import actor, permission
from tenants.rules.roles import ORGANISATION_ROLES, ROLE_LABELS, TENANT_ROLES
from tenants.service.policy import save_policies
from tenants.web.settings_form import save, show

portal_policy = Blueprint("portal_policy", __name__, url_prefix="/staff/settings/policy")
ACCEPTANCE = "board.acceptance_rule"


@portal_policy.get("")
@permission("tenant_policy.view")
def edit() -> Response:
    """The rules as they are."""
    return _page()


@portal_policy.post("")
@permission("tenant_policy.set")
def change() -> Response:
    """Save them."""
    roles = request.form.getlist("second_factor_roles")
    return save(
        lambda version: save_policies(actor(), request.form, roles, version),
        lambda error: _page({**request.form, "second_factor_roles": roles}, error),
        "Les règles d’accès sont enregistrées.",
        ".edit",
    )


def _page(typed: Mapping[str, Any] | None = None, error: CrrcError | None = None) -> Response:
    return show(
        "policy",
        "tenant_policy.view",
        typed,
        error,
        labels=ROLE_LABELS,
        staff_roles=[{"value": role, "text": ROLE_LABELS[role]} for role in TENANT_ROLES],
        member_roles=[{"value": role, "text": f"{ROLE_LABELS[role]} d’un organisme"} for role in ORGANISATION_ROLES],
        acceptance=url_for(ACCEPTANCE) if ACCEPTANCE in current_app.view_functions else None,
    )
