"""The register of processings, for the GRADeS: read, written again, taken away as files; the annex of article 28."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import CrrcError, Invalid, Stale
from kit.typed import number
from kit.web import actor, page, permission
from privacy.gateway.paper_pdf import make_pdf
from privacy.rules.annex import annex_paper
from privacy.rules.register import HINTS, LABELS
from privacy.service import register as registers
from privacy.service.register import Register
from privacy.service.register_file import as_csv, as_json, as_paper, parties

blueprint = Blueprint("processings", __name__)


@blueprint.get("/staff/privacy/register")
@permission("processing.view")
def view() -> Response:
    """Every processing."""
    return page("privacy/register.html", found=registers.view_register(actor()))


@blueprint.get("/staff/privacy/register.csv")
@permission("processing.view")
def sheet() -> Response:
    """The register for a spreadsheet."""
    found = registers.view_register(actor())
    return _file(as_csv(found), "text/csv; charset=utf-8", f"registre-{found.tenant.slug}.csv")


@blueprint.get("/staff/privacy/register.json")
@permission("processing.view")
def data() -> Response:
    """The register for a program."""
    found = registers.view_register(actor())
    return _file(as_json(found), "application/json", f"registre-{found.tenant.slug}.json")


@blueprint.get("/staff/privacy/register.pdf")
@permission("processing.view")
def paper() -> Response:
    """The register on paper."""
    found = registers.view_register(actor())
    return _pdf(found, as_paper(found), f"registre-{found.tenant.slug}.pdf")


@blueprint.get("/staff/privacy/annex.pdf")
@permission("processing.view")
def annex() -> Response:
    """The annex of subcontracting, from the same facts."""
    found = registers.view_register(actor())
    return _pdf(found, annex_paper(parties(found), as_paper(found)), f"annexe-article-28-{found.tenant.slug}.pdf")


@blueprint.get("/staff/privacy/register/new")
@permission("processing.edit")
def new() -> Response:
    """A processing that the product does not know."""
    return _new()


@blueprint.post("/staff/privacy/register/new")
@permission("processing.edit")
def add() -> Response:
    """Write it."""
    try:
        registers.save_processing(actor(), None, request.form)
    except Invalid as error:
        return _new(error)
    flash("Le traitement est ajouté au registre.", "good")
    return redirect(url_for(".view"), 303)


@blueprint.get("/staff/privacy/register/<key>")
@permission("processing.view")
def edit(key: str) -> Response:
    """One processing, its form and its versions."""
    return _edit(key)


@blueprint.post("/staff/privacy/register/<key>")
@permission("processing.edit")
def save(key: str) -> Response:
    """The next version."""
    retire = request.form.get("retire") == "yes"
    try:
        registers.save_processing(actor(), key, request.form, number(request.form.get("number", "")) or 0, retire)
    except (Invalid, Stale) as error:
        return _edit(key, error)
    flash("Le traitement est retiré du registre." if retire else "Le traitement est enregistré.", "good")
    return redirect(url_for(".view"), 303)


def _new(error: CrrcError | None = None) -> Response:
    typed = {name: request.form.get(name, "") for name in LABELS}
    return page(
        "privacy/processing.html",
        error.status if error else 200,
        line=None,
        versions=[],
        labels=LABELS,
        hints=HINTS,
        typed=typed,
        errors=dict(error.fields) if error else {},
        refusal=None,
    )


def _edit(key: str, error: CrrcError | None = None) -> Response:
    line, versions = registers.view_processing(actor(), key)
    said = {name: getattr(line.processing, name) for name in LABELS}
    return page(
        "privacy/processing.html",
        error.status if error else 200,
        line=line,
        versions=[(one, who, _rows(one.content)) for one, who in versions],
        labels=LABELS,
        hints=HINTS,
        typed={name: request.form.get(name, "") for name in LABELS} if error else said,
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _rows(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(label, content.get(name, "")) for name, label in LABELS.items()]


def _pdf(found: Register, words: dict[str, object], name: str) -> Response:
    return _file(make_pdf(words, found.now), "application/pdf", name)


def _file(content: bytes, content_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, content_type=content_type, headers=headers)
