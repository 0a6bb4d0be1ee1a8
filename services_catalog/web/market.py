"""The market for the GRADeS: its agreements, each with its lots; written, changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kit.errors import CrrcError, Invalid, Stale
from kit.web import actor, page, permission, revision_sent
from services_catalog.models import FrameworkAgreement
from services_catalog.rules.agreement import AgreementTerms, long_duration
from services_catalog.rules.states import ASSIGNMENT_LABELS
from services_catalog.service import agreement as agreements
from services_catalog.service.schedule_file import write_template
from services_catalog.web.market_picture import gauge, life, remaining, standing
from services_catalog.web.typed import after_sent, boxes, boxes_of, day_of

blueprint = Blueprint("market", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DRAWN: dict[str, Any] = {"gauge_of": gauge, "life_of": life, "standing_of": standing, "remaining_of": remaining}


@blueprint.get("/staff/market")
@permission("agreement.view")
def list_agreements() -> Response:
    """Every agreement, with what each lot has ordered."""
    found = agreements.list_agreements(actor(), after_sent())
    following = url_for(".list_agreements", after=found.after) if found.after else None
    return page("market/list.html", found=found, following=following, **DRAWN)


@blueprint.get("/staff/market/<uuid:agreement_id>")
@permission("agreement.view")
def view_agreement(agreement_id: UUID) -> Response:
    """One agreement: its life, its lots, their holders and prices."""
    picture = agreements.view_agreement(actor(), agreement_id)
    terms = AgreementTerms(*(getattr(picture.agreement, name) for name in AgreementTerms.__slots__))
    return page(
        "market/view.html",
        picture=picture,
        agreement=picture.agreement,
        long=long_duration(terms),
        assignments=ASSIGNMENT_LABELS,
        **DRAWN,
    )


@blueprint.get("/staff/market/new")
@permission("agreement.write")
def ask_agreement() -> Response:
    """The form of a new agreement."""
    return _form(None, {"reference": "", "title": "", "adherents_only": True})


@blueprint.post("/staff/market/new")
@permission("agreement.write")
def make_agreement() -> Response:
    """Write an agreement."""
    try:
        made = agreements.make_agreement(actor(), _sent())
    except Invalid as error:
        return _form(None, request.form, error)
    flash(f"L’accord-cadre {made.reference} est créé. Ajoutez ses lots.", "good")
    return redirect(url_for(".view_agreement", agreement_id=made.id), 303)


@blueprint.get("/staff/market/<uuid:agreement_id>/edit")
@permission("agreement.write")
def edit_agreement(agreement_id: UUID) -> Response:
    """The form of an agreement."""
    agreement = agreements.view_agreement(actor(), agreement_id, "agreement.write").agreement
    return _form(agreement, {name: getattr(agreement, name) for name in AgreementTerms.__slots__})


@blueprint.post("/staff/market/<uuid:agreement_id>/edit")
@permission("agreement.write")
def change_agreement(agreement_id: UUID) -> Response:
    """Change an agreement."""
    agreement = agreements.view_agreement(actor(), agreement_id, "agreement.write").agreement
    try:
        agreements.change_agreement(actor(), agreement_id, _sent(), revision_sent())
    except (Invalid, Stale) as error:
        return _form(agreement, request.form, error)
    flash("L’accord-cadre est modifié.", "good")
    return redirect(url_for(".view_agreement", agreement_id=agreement_id), 303)


@blueprint.get("/staff/market/template.xlsx")
@permission("price_schedule.import")
def template() -> Response:
    """A price schedule to fill in."""
    return attachment(write_template(actor()), "bordereau-a-remplir.xlsx", XLSX)


def attachment(content: bytes, name: str, kind: str) -> Response:
    """A file to take away."""
    response = Response(content, mimetype=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _form(
    agreement: FrameworkAgreement | None,
    values: Mapping[str, Any] | MultiDict[str, str],
    error: CrrcError | None = None,
) -> Response:
    dates = {
        name: boxes(request.form, name) if error else boxes_of(getattr(agreement, name, None))
        for name in ("starts_on", "ends_on")
    }
    return page(
        "market/agreement.html",
        error.status if error else 200,
        agreement=agreement,
        values={name: values.get(name, "") for name in ("reference", "title")},
        dates=dates,
        checked=bool(values.get("adherents_only")),
        revision=request.form.get("revision") or (agreement.revision if agreement else ""),
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _sent() -> dict[str, Any]:
    return {
        "reference": request.form.get("reference", ""),
        "title": request.form.get("title", ""),
        "starts_on": day_of(request.form, "starts_on"),
        "ends_on": day_of(request.form, "ends_on"),
        "adherents_only": "adherents_only" in request.form,
    }
