"""Writing a service in a browser: a form that works without scripts, and that two people may open at once."""

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.document.finding import Refused, errors_of
from kit.document.source import Source
from kit.errors import Stale
from kit.permissions import permit
from kit.web import actor, page, permission
from services_catalog.permissions import PERMISSIONS
from services_catalog.rules.service import check_service, read_service
from services_catalog.rules.service_words import MODE_HINTS, MODE_LABELS, Change, changes
from services_catalog.rules.slug import slug_of
from services_catalog.rules.states import (
    FAMILIES,
    FAMILY_LABELS,
    LEVEL_LABELS,
    LEVELS,
    MODES,
    QUALIFICATION_LABELS,
    QUALIFICATIONS,
)
from services_catalog.service import reading, writing
from services_catalog.service.reading import ServicePage
from services_catalog.web import service_form as form
from services_catalog.web.service_draft import blueprint
from services_catalog.web.service_form import Typed

CHOICES = {
    "families": [("", "Choisissez une famille"), *((code, FAMILY_LABELS[code]) for code in FAMILIES)],
    "levels": [("", "Sans niveau"), *((code, LEVEL_LABELS[code].capitalize()) for code in LEVELS)],
    "modes": [(code, MODE_LABELS[code], MODE_HINTS[code]) for code in MODES],
    "qualifications": [("", "Aucune"), *((code, QUALIFICATION_LABELS[code]) for code in QUALIFICATIONS)],
}
SAID = {
    "created": "La prestation est créée : c’est un brouillon, que le public ne voit pas.",
    "updated": "Le brouillon est enregistré.",
    "unchanged": "Rien n’a changé.",
}


@blueprint.get("/staff/services/new")
@permission("service.write")
def new() -> Response:
    """An empty form."""
    permit(PERMISSIONS, actor(), "service.write")
    return _form_page(form.blank())


@blueprint.post("/staff/services/new")
@permission("service.write")
def create() -> Response:
    """Make a draft. An address that is not given is made from the title."""
    permit(PERMISSIONS, actor(), "service.write")
    typed = form.sent()
    if "more" in request.form:
        return _form_page(typed)
    slug = typed.slug or slug_of(typed.values["title"])
    try:
        return _kept(writing.create_service(actor(), slug, typed.family, form.document_of(typed)))
    except Refused as refused:
        return _form_page(typed, refused)


@blueprint.get("/staff/services/<service_slug>")
@permission("service.write")
def edit(service_slug: str) -> Response:
    """The form as the draft stands, with what to look at in it."""
    draft, versions = reading.view_draft(actor(), service_slug)
    warnings = form.told(check_service(draft.service.draft))
    return _form_page(form.of_service(draft.service), service=draft.service, versions=versions, warnings=warnings)


@blueprint.post("/staff/services/<service_slug>")
@permission("service.write")
def save(service_slug: str) -> Response:
    """Change the draft, unless somebody else did meanwhile: what differs is then shown, and nothing typed is lost."""
    typed = form.sent()
    source = form.document_of(typed)
    differences: list[Change] | None = None
    error: Refused | Stale | None = None
    if "more" not in request.form:
        try:
            return _kept(writing.save_service(actor(), service_slug, typed.family, source, typed.revision))
        except (Refused, Stale) as refused:
            error = refused
    draft, versions = reading.view_draft(actor(), service_slug)
    if isinstance(error, Stale):
        typed.revision = draft.service.revision
        differences = _differences(draft, source)
    return _form_page(typed, error, service=draft.service, versions=versions, differences=differences)


def _differences(draft: ServicePage, source: Source) -> list[Change]:
    """What saving now would change of what somebody else saved."""
    if source.data is None or errors_of([*source.findings, *check_service(source.data)]):
        return []
    return changes(draft.document, read_service(source.data))


def _kept(saved: writing.Saved) -> Response:
    flash(SAID[saved.outcome], "good")
    target = ".preview" if request.form.get("act") == "preview" else ".edit"
    return redirect(url_for(target, service_slug=saved.service.slug), 303)


def _form_page(typed: Typed, error: Refused | Stale | None = None, **shown: Any) -> Response:
    errors = form.errors_by_field(typed, error.findings) if isinstance(error, Refused) else {}
    context = {"service": None, "versions": [], "differences": None, "warnings": []} | shown
    service = context["service"]
    return page(
        "services/edit.html",
        error.status if error else 200,
        typed=typed,
        errors=errors,
        anchors=form.anchors(errors),
        is_stale=isinstance(error, Stale),
        action=url_for(".save", service_slug=service.slug) if service else url_for(".create"),
        **CHOICES,
        **context,
    )
