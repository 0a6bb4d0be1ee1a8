"""The people of an organisation, as its owners manage them."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid
from kit.permissions import allows
from kit.web import actor, page, permission
from tenants.permissions import PERMISSIONS
from tenants.rules.roles import ROLE_HINTS, ROLE_LABELS, SUPPLIER_ROLE_HINTS
from tenants.service import colleague
from tenants.service.claim_reading import list_waiting
from tenants.service.review_reading import open_review_of

members = Blueprint("members", __name__, url_prefix="/organisations/<uuid:organisation_id>")


@members.get("/members")
@permission("organisation_member.view")
def view(organisation_id: UUID) -> Response:
    """Everybody in it, and the form to add somebody."""
    return _page(organisation_id)


@members.post("/members")
@permission("organisation_member.add")
def add(organisation_id: UUID) -> Response:
    """Add a colleague."""
    form = request.form
    try:
        user = colleague.add_member(
            actor(), organisation_id, form.get("email", ""), form.get("role", ""), form.get("function", "")
        )
    except (Invalid, Conflict) as error:
        return _page(organisation_id, error, form.get("email", ""), form.get("role", ""))
    flash(f"{user.email} fait maintenant partie du compte et en est prévenu par courriel.", "good")
    return _list(organisation_id)


@members.post("/members/<uuid:user_id>/change")
@permission("organisation_member.change")
def change(organisation_id: UUID, user_id: UUID) -> Response:
    """Give another role."""
    try:
        colleague.change_role(actor(), organisation_id, user_id, request.form.get("role", ""))
    except (Invalid, Conflict) as error:
        return _page(organisation_id, error)
    flash("Le rôle est changé.", "good")
    return _list(organisation_id)


@members.post("/members/<uuid:user_id>/remove")
@permission("organisation_member.remove")
def remove(organisation_id: UUID, user_id: UUID) -> Response:
    """End somebody's access."""
    try:
        colleague.remove_member(actor(), organisation_id, user_id)
    except Conflict as error:
        return _page(organisation_id, error)
    flash("Cette personne n’a plus accès à ce compte. Ce qu’elle a écrit reste.", "good")
    return _list(organisation_id)


@members.post("/leave")
@permission("organisation.leave")
def leave(organisation_id: UUID) -> Response:
    """End one's own access."""
    try:
        colleague.leave_organisation(actor(), organisation_id)
    except Conflict as error:
        return _page(organisation_id, error)
    flash("Vous ne faites plus partie de ce compte.", "good")
    return redirect(url_for("account.view"), 303)


def _list(organisation_id: UUID) -> Response:
    return redirect(url_for("members.view", organisation_id=organisation_id), 303)


def _page(organisation_id: UUID, error: CrrcError | None = None, email: str = "", role: str = "editor") -> Response:
    organisation, people = colleague.list_colleagues(actor(), organisation_id)
    faults = dict(error.fields) if error else {}
    return page(
        "tenants/members.html",
        error.status if error else 200,
        organisation=organisation,
        waiting=list_waiting(actor(), organisation_id),
        review=open_review_of(actor(), organisation_id),
        people=people,
        manages=allows(PERMISSIONS, actor(), "organisation_member.add", organisation),
        belongs=organisation_id in actor().organisations,
        me=actor().user_id,
        role_labels=ROLE_LABELS,
        role_hints=SUPPLIER_ROLE_HINTS if organisation.kind == "provider" else ROLE_HINTS,
        errors=faults,
        refusal=error.sentence if error and not faults else None,
        email=email,
        role=role,
    )
