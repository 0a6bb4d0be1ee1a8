"""The portal's own people: who holds which role, when they were last seen; given and taken back by the GRADeS."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid
from kit.web import actor, page, permission
from tenants.rules.roles import ROLE_LABELS, TENANT_ROLES
from tenants.service import role as roles

staff_people = Blueprint("staff_people", __name__, url_prefix="/staff/people")
RESET = "factor_reset.confirm"


@staff_people.get("")
@permission("membership.view")
def list_people() -> Response:
    """Everybody who holds a role here."""
    return _page()


@staff_people.post("")
@permission("membership.grant")
def grant() -> Response:
    """Give a role."""
    form = request.form
    try:
        user = roles.grant_role(actor(), form.get("email", ""), form.get("role", ""))
    except (Invalid, Conflict) as error:
        return _page(error)
    flash(f"{user.email} a maintenant ce rôle, et en est prévenu par courriel.", "good")
    return redirect(url_for(".list_people"), 303)


@staff_people.post("/<uuid:user_id>/revoke")
@permission("membership.revoke")
def revoke(user_id: UUID) -> Response:
    """Take a role back."""
    try:
        user = roles.revoke_from(actor(), user_id, request.form.get("role", ""))
    except (Invalid, Conflict) as error:
        return _page(error)
    flash(f"{user.name} n’a plus ce rôle.", "good")
    return redirect(url_for(".list_people"), 303)


def _page(error: CrrcError | None = None) -> Response:
    typed = "email" in request.form
    faults = dict(error.fields) if error and typed else {}
    return page(
        "tenants/people.html",
        error.status if error else 200,
        people=roles.list_people(actor()),
        me=actor().user_id,
        role_labels=ROLE_LABELS,
        roles=[{"value": one, "text": ROLE_LABELS[one]} for one in TENANT_ROLES],
        can_reset=RESET in current_app.view_functions,
        reset=RESET,
        email=request.form.get("email", "")[:254],
        role=request.form.get("role") if typed else None,
        errors=faults,
        refusal=error.sentence if error and not faults else None,
    )
