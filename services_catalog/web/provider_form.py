"""The form of a provider's profile, new or known: what was typed is shown again when it is refused."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from finess.rules.geography import departments, regions
from kit.errors import CrrcError
from kit.web import actor, page, permission, revision_sent
from services_catalog.models import Provider
from services_catalog.rules.profile import MOST_CONTACTS
from services_catalog.rules.states import FAMILY_LABELS
from services_catalog.service import provider as writing
from services_catalog.service import provider_file as reading
from services_catalog.web.typed import whole

blueprint = Blueprint("provider_forms", __name__)
CONTACT = ("name", "function", "email", "phone")
NUMBERS = ("capacity_half_days", "travel_minutes")
PROFILE = ("name", "siret", "summary", "zones", "skills", "contacts", *NUMBERS)
EMPTY: dict[str, Any] = dict.fromkeys(PROFILE, "") | {"zones": [], "skills": [], "contacts": [], "travel_minutes": 60}


@blueprint.get("/staff/providers/new")
@permission("provider.write")
def ask_new() -> Response:
    """The form of a new provider."""
    return _form(None)


@blueprint.post("/staff/providers/new")
@permission("provider.write")
def create() -> Response:
    """Open a provider and invite its first person."""
    email, function = request.form.get("email", ""), request.form.get("function", "")
    try:
        made = writing.create_provider(actor(), _sent(), email, function)
    except CrrcError as error:
        return _form(None, error)
    flash(f"{made.name} a un compte. La première personne est prévenue par courriel.", "good")
    return redirect(url_for("providers.view_provider", provider_id=made.id), 303)


@blueprint.get("/providers/<uuid:provider_id>/edit")
@permission("provider.write")
def ask_edit(provider_id: UUID) -> Response:
    """The form of its profile."""
    return _form(reading.view_provider(actor(), provider_id, "provider.write").provider)


@blueprint.post("/providers/<uuid:provider_id>/edit")
@permission("provider.write")
def edit(provider_id: UUID) -> Response:
    """Write its profile."""
    try:
        writing.edit_provider(actor(), provider_id, _sent(), revision_sent())
    except CrrcError as error:
        return _form(reading.view_provider(actor(), provider_id, "provider.write").provider, error)
    flash("La fiche est enregistrée.", "good")
    return redirect(url_for("providers.view_provider", provider_id=provider_id), 303)


def _form(provider: Provider | None, error: CrrcError | None = None) -> Response:
    reading.check_writer(actor())
    region = regions().get(g.tenant.region_code)
    inside = list(region.departments) if region else []
    values = _typed() if error else {name: getattr(provider, name) for name in PROFILE} if provider else EMPTY
    return page(
        "providers/form.html",
        error.status if error else 200,
        provider=provider,
        revision=provider.revision if provider else 0,
        values=values,
        contacts=[*values["contacts"], {}][:MOST_CONTACTS],
        inside=[(code, departments()[code].name) for code in inside],
        other_zones=" ".join(code for code in values["zones"] if code not in inside),
        email=request.form.get("email", ""),
        function=request.form.get("function", ""),
        families=FAMILY_LABELS,
        errors=(dict(error.fields) or {"form": error.sentence}) if error else {},
    )


def _sent() -> dict[str, Any]:
    """What was sent, as the rule reads it: the region's zones are boxes, the others codes in a line."""
    form = request.form
    contacts = [
        {part: form.get(f"contacts.{index}.{part}", "").strip() for part in CONTACT} for index in range(MOST_CONTACTS)
    ]
    others = form.get("other_zones", "").upper().replace(",", " ").replace(";", " ").split()
    words: dict[str, Any] = {name: form.get(name, "") for name in ("name", "siret", "summary")}
    return words | {
        "zones": [*form.getlist("zones"), *others],
        "skills": form.getlist("skills"),
        "contacts": [contact for contact in contacts if any(contact.values())],
        **{name: whole(form.get(name, "")) for name in NUMBERS},
    }


def _typed() -> dict[str, Any]:
    """The same, with the numbers as they were typed."""
    return _sent() | {name: request.form.get(name, "") for name in NUMBERS}
