"""The instructor's pages: the files of a call, one file with everything beside it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.queries.review import Filters
from campaigns.rules.form import submitted_sections
from campaigns.service import decision as deciding
from campaigns.service import review as reviewing
from eligibility.web.clauses import clause_items
from kit.errors import CrrcError, Invalid
from kit.french import count
from kit.typed import identifier, number
from kit.web import actor, page, permission, revision_sent
from tenants.models import User

blueprint = Blueprint("reviews", __name__)
FILTERS = ("state", "assignee", "completeness", "eligibility", "decision", "text")


@blueprint.get("/staff/campaigns/<slug>/candidacies")
@permission("candidacy.list")
def list_files(slug: str) -> Response:
    """Every submitted file, with filters; the address says what is shown."""
    return _files_page(slug)


@blueprint.post("/staff/campaigns/<slug>/candidacies/assign")
@permission("review.assign")
def assign(slug: str) -> Response:
    """Give the ticked files to somebody."""
    ticked = [_uuid(text, "candidacy") for text in request.form.getlist("candidacy")]
    chosen = request.form.get("assignee", "")
    try:
        if not ticked:
            raise Invalid("Rien n’est attribué.", {"candidacy": "Cochez au moins un dossier."})
        number = reviewing.assign_files(actor(), ticked, _uuid(chosen, "assignee") if chosen else None)
    except Invalid as error:
        return _files_page(slug, error)
    flash(f"{count(number, 'dossier attribué', 'dossiers attribués')}.", "good")
    return redirect(url_for(".list_files", slug=slug, **_address()), 303)


@blueprint.get("/staff/candidacies/<uuid:candidacy_id>")
@permission("review.view")
def view_file(candidacy_id: UUID) -> Response:
    """One file: what was submitted on one side, what one thinks of it on the other."""
    return _file_page(candidacy_id)


@blueprint.post("/staff/candidacies/<uuid:candidacy_id>/assign")
@permission("review.assign")
def assign_file(candidacy_id: UUID) -> Response:
    """Give this file to somebody, or to nobody."""
    chosen = request.form.get("assignee", "")
    try:
        reviewing.assign_files(actor(), [candidacy_id], _uuid(chosen, "assignee") if chosen else None)
    except Invalid as error:
        return _file_page(candidacy_id, error)
    flash("Le dossier est attribué." if chosen else "Le dossier n’est plus attribué.", "good")
    return redirect(url_for(".view_file", candidacy_id=candidacy_id), 303)


@blueprint.post("/staff/candidacies/<uuid:candidacy_id>/review")
@permission("review.write")
def write(candidacy_id: UUID) -> Response:
    """Save completeness, note and score."""
    form = request.form
    try:
        reviewing.write_review(
            actor(),
            candidacy_id,
            form.get("completeness", ""),
            form.get("note", ""),
            _score(form.get("score", "")),
            revision_sent(),
        )
    except CrrcError as error:
        return _file_page(candidacy_id, error)
    flash("Votre instruction est enregistrée.", "good")
    return redirect(url_for(".view_file", candidacy_id=candidacy_id), 303)


@blueprint.post("/staff/candidacies/<uuid:candidacy_id>/decision")
@permission("decision.write")
def decide(candidacy_id: UUID) -> Response:
    """Save the pending decision, or take it back."""
    try:
        if request.form.get("outcome") == "none":
            deciding.undecide(actor(), candidacy_id)
        else:
            outcome, motive = request.form.get("outcome", ""), request.form.get("motive", "")
            deciding.decide(actor(), candidacy_id, outcome, motive, number(request.form.get("submission", "")) or None)
    except CrrcError as error:
        return _file_page(candidacy_id, error)
    flash("La décision est enregistrée. Personne n’en est informé avant la notification.", "good")
    return redirect(url_for(".view_file", candidacy_id=candidacy_id), 303)


def _files_page(slug: str, error: CrrcError | None = None) -> Response:
    after = request.args.get("after", "")
    filters = Filters(**_address())
    files = reviewing.list_files(actor(), slug, filters, _uuid(after, "after") if after else None)
    return page(
        "reviews/list.html",
        error.status if error else 200,
        files=files,
        people=_people(files.instructors),
        filters=filters,
        address=_address(),
        following=url_for(".list_files", slug=slug, after=files.after, **_address()) if files.after else None,
        first=url_for(".list_files", slug=slug, **_address()) if after else None,
        errors=error.fields if error else {},
    )


def _file_page(candidacy_id: UUID, error: CrrcError | None = None) -> Response:
    file = reviewing.view_file(actor(), candidacy_id)
    return page(
        "reviews/file.html",
        error.status if error else 200,
        file=file,
        people=_people(file.instructors),
        sections=submitted_sections(file.submission.content, file.campaign.zone),
        clauses=clause_items(file.verdict.clauses) if file.verdict else [],
        typed=request.form if error else {},
        errors=(error.fields or {"form": error.sentence}) if error else {},
    )


def _people(users: Iterable[User]) -> list[tuple[str, str]]:
    return [(str(user.id), user.name or user.email) for user in users]


def _address() -> dict[str, Any]:
    return {name: request.values[name] for name in FILTERS if request.values.get(name)}


def _uuid(text: str, field: str) -> UUID:
    found = identifier(text)
    if found is None:
        raise Invalid("Cette adresse est incomplète.", {field: "Identifiant inconnu."})
    return found


def _score(text: str) -> int | None:
    """Empty is no score; anything that is no number is out of range, so that the rule refuses it with its sentence."""
    text = text.strip()
    return None if not text else (number(text) or 0) if text.isascii() and text.isdigit() else -1
