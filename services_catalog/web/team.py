"""Who works for a provider: its consultants and its declared sub-contractors."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kit.errors import Invalid
from kit.web import actor, permission
from services_catalog.rules.papers import read_consultant, read_subcontractor
from services_catalog.service import team
from services_catalog.web.paper import keep, show
from services_catalog.web.typed import boxes, day_of

blueprint = Blueprint("provider_team", __name__, url_prefix="/providers/<uuid:provider_id>")
CONSULTANT, SUBCONTRACTOR = "Le consultant est enregistré.", "Le sous-traitant est enregistré."


@blueprint.get("/consultants/new")
@permission("consultant.write")
def ask_consultant(provider_id: UUID) -> Response:
    """The form of a new one."""
    return show("consultant", provider_id)


@blueprint.post("/consultants/new")
@permission("consultant.write")
def add_consultant(provider_id: UUID) -> Response:
    """Add one."""
    return keep(
        "consultant",
        provider_id,
        None,
        lambda: team.add_consultant(actor(), provider_id, read_consultant(_consultant())),
        CONSULTANT,
    )


@blueprint.get("/consultants/<uuid:consultant_id>")
@permission("consultant.write")
def view_consultant(provider_id: UUID, consultant_id: UUID) -> Response:
    """The form of a known one."""
    return show("consultant", provider_id, consultant_id)


@blueprint.post("/consultants/<uuid:consultant_id>")
@permission("consultant.write")
def change_consultant(provider_id: UUID, consultant_id: UUID) -> Response:
    """Change them; one who is not active gets no other mission."""
    return keep(
        "consultant",
        provider_id,
        consultant_id,
        lambda: team.change_consultant(actor(), provider_id, consultant_id, read_consultant(_consultant()), _tag()),
        CONSULTANT,
    )


@blueprint.get("/subcontractors/new")
@permission("subcontractor.write")
def ask_subcontractor(provider_id: UUID) -> Response:
    """The form of a new one."""
    return show("subcontractor", provider_id)


@blueprint.post("/subcontractors/new")
@permission("subcontractor.write")
def declare_subcontractor(provider_id: UUID) -> Response:
    """Add a declared one."""
    return keep(
        "subcontractor",
        provider_id,
        None,
        lambda: team.declare_subcontractor(actor(), provider_id, read_subcontractor(_subcontractor())),
        SUBCONTRACTOR,
    )


@blueprint.get("/subcontractors/<uuid:subcontractor_id>")
@permission("subcontractor.write")
def view_subcontractor(provider_id: UUID, subcontractor_id: UUID) -> Response:
    """The form of a known one."""
    return show("subcontractor", provider_id, subcontractor_id)


@blueprint.post("/subcontractors/<uuid:subcontractor_id>")
@permission("subcontractor.write")
def change_subcontractor(provider_id: UUID, subcontractor_id: UUID) -> Response:
    """Change it."""
    return keep(
        "subcontractor",
        provider_id,
        subcontractor_id,
        lambda: team.change_subcontractor(
            actor(), provider_id, subcontractor_id, read_subcontractor(_subcontractor()), _tag()
        ),
        SUBCONTRACTOR,
    )


@blueprint.post("/subcontractors/<uuid:subcontractor_id>/accept")
@permission("subcontractor.write")
def accept_subcontractor(provider_id: UUID, subcontractor_id: UUID) -> Response:
    """Accept it today."""
    return keep(
        "subcontractor",
        provider_id,
        subcontractor_id,
        lambda: team.accept_subcontractor(actor(), provider_id, subcontractor_id),
        "Le sous-traitant est accepté.",
    )


@blueprint.post("/subcontractors/<uuid:subcontractor_id>/remove")
@permission("subcontractor.write")
def remove_subcontractor(provider_id: UUID, subcontractor_id: UUID) -> Response:
    """Remove it."""
    return keep(
        "subcontractor",
        provider_id,
        subcontractor_id,
        lambda: team.remove_subcontractor(actor(), provider_id, subcontractor_id, _tag()),
        "Le sous-traitant est retiré.",
    )


def _consultant() -> dict[str, Any]:
    words: dict[str, Any] = {name: request.form.get(name, "") for name in ("name", "email", "department")}
    return words | {"active": request.form.get("active") == "yes"}


def _subcontractor() -> dict[str, Any]:
    words: dict[str, Any] = {name: request.form.get(name, "") for name in ("name", "siret", "purpose")}
    accepted_on = day_of(request.form, "accepted_on")
    if accepted_on is None and any(boxes(request.form, "accepted_on")):
        fault = "Indiquez le jour, le mois et l’année, ou laissez les trois cases vides."
        raise Invalid(fault, {"accepted_on": fault})
    return words | {"declared_on": day_of(request.form, "declared_on"), "accepted_on": accepted_on}


def _tag() -> str:
    return request.form.get("tag", "")
