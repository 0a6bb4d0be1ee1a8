"""A provider's qualifications and insurances: added, changed, removed."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kit.web import actor, permission
from services_catalog.rules.papers import read_insurance, read_qualification
from services_catalog.service import qualification as writing
from services_catalog.web.paper import keep, show
from services_catalog.web.typed import day_of

blueprint = Blueprint("qualifications", __name__, url_prefix="/providers/<uuid:provider_id>")
QUALIFIED, INSURED = "La qualification est enregistrée.", "L’assurance est enregistrée."


@blueprint.get("/qualifications/new")
@permission("qualification.write")
def ask_qualification(provider_id: UUID) -> Response:
    """The form of a new one."""
    return show("qualification", provider_id)


@blueprint.post("/qualifications/new")
@permission("qualification.write")
def add_qualification(provider_id: UUID) -> Response:
    """Add one."""
    return keep(
        "qualification",
        provider_id,
        None,
        lambda: writing.add_qualification(actor(), provider_id, read_qualification(_qualification())),
        QUALIFIED,
    )


@blueprint.get("/qualifications/<uuid:qualification_id>")
@permission("qualification.write")
def view_qualification(provider_id: UUID, qualification_id: UUID) -> Response:
    """The form of a known one."""
    return show("qualification", provider_id, qualification_id)


@blueprint.post("/qualifications/<uuid:qualification_id>")
@permission("qualification.write")
def change_qualification(provider_id: UUID, qualification_id: UUID) -> Response:
    """Change it."""
    return keep(
        "qualification",
        provider_id,
        qualification_id,
        lambda: writing.change_qualification(
            actor(), provider_id, qualification_id, read_qualification(_qualification()), _tag()
        ),
        QUALIFIED,
    )


@blueprint.post("/qualifications/<uuid:qualification_id>/remove")
@permission("qualification.write")
def remove_qualification(provider_id: UUID, qualification_id: UUID) -> Response:
    """Remove it."""
    return keep(
        "qualification",
        provider_id,
        qualification_id,
        lambda: writing.remove_qualification(actor(), provider_id, qualification_id, _tag()),
        "La qualification est retirée.",
    )


@blueprint.get("/insurances/new")
@permission("insurance.write")
def ask_insurance(provider_id: UUID) -> Response:
    """The form of a new one."""
    return show("insurance", provider_id)


@blueprint.post("/insurances/new")
@permission("insurance.write")
def add_insurance(provider_id: UUID) -> Response:
    """Add one."""
    return keep(
        "insurance",
        provider_id,
        None,
        lambda: writing.add_insurance(actor(), provider_id, read_insurance(_insurance())),
        INSURED,
    )


@blueprint.get("/insurances/<uuid:insurance_id>")
@permission("insurance.write")
def view_insurance(provider_id: UUID, insurance_id: UUID) -> Response:
    """The form of a known one."""
    return show("insurance", provider_id, insurance_id)


@blueprint.post("/insurances/<uuid:insurance_id>")
@permission("insurance.write")
def change_insurance(provider_id: UUID, insurance_id: UUID) -> Response:
    """Change it."""
    return keep(
        "insurance",
        provider_id,
        insurance_id,
        lambda: writing.change_insurance(actor(), provider_id, insurance_id, read_insurance(_insurance()), _tag()),
        INSURED,
    )


@blueprint.post("/insurances/<uuid:insurance_id>/remove")
@permission("insurance.write")
def remove_insurance(provider_id: UUID, insurance_id: UUID) -> Response:
    """Remove it."""
    return keep(
        "insurance",
        provider_id,
        insurance_id,
        lambda: writing.remove_insurance(actor(), provider_id, insurance_id, _tag()),
        "L’assurance est retirée.",
    )


def _qualification() -> dict[str, Any]:
    return _words("kind", "scope", "reference") | _days()


def _insurance() -> dict[str, Any]:
    return _words("insurer", "policy") | _days()


def _words(*names: str) -> dict[str, Any]:
    return {name: request.form.get(name, "") for name in names}


def _days() -> dict[str, Any]:
    return {name: day_of(request.form, name) for name in ("starts_on", "ends_on")}


def _tag() -> str:
    return request.form.get("tag", "")
