"""Requests of people, for the GRADeS: answered, extended, refused, or done by erasing."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.download import attachment
from kit.errors import Conflict, CrrcError, Invalid
from kit.signing import sha256
from kit.typed import identifier
from kit.web import actor, page, permission
from privacy.rules.states import ARTICLES, CHANNEL_LABELS, REQUEST_LABELS, REQUEST_STATE_LABELS
from privacy.service import erasure, exporting
from privacy.service import request as requests
from privacy.service.request_list import list_all
from privacy.web.words import left, request_line

blueprint = Blueprint("privacy_requests", __name__)
KINDS = [{"value": key, "text": f"{label} (article {ARTICLES[key]})"} for key, label in REQUEST_LABELS.items()]
BY_POST = [{"value": key, "text": label} for key, label in CHANNEL_LABELS.items() if key != "portal"]


@blueprint.get("/staff/privacy/requests")
@permission("privacy_request.list")
def list_requests() -> Response:
    """Those that wait by delay, then those that are closed."""
    found = list_all(actor(), identifier(request.args.get("after", "")))
    return page(
        "privacy/requests.html",
        waiting=[request_line(one, found.today) for one in found.waiting],
        closed=[request_line(one, found.today) for one in found.closed],
        after=found.after,
    )


@blueprint.get("/staff/privacy/requests/new")
@permission("privacy_request.record")
def new() -> Response:
    """Write a letter down."""
    return _form()


@blueprint.post("/staff/privacy/requests/new")
@permission("privacy_request.record")
def record() -> Response:
    """Its clock begins the day it was received."""
    try:
        made = requests.record(actor(), request.form)
    except Invalid as error:
        return _form(error)
    flash(f"La demande {made.number} est enregistrée.", "good")
    return _to(made.id)


def _form(error: CrrcError | None = None) -> Response:
    typed = request.form
    parts = tuple(typed.get(f"received_on-{part}", "") for part in ("day", "month", "year"))
    return page(
        "privacy/request_new.html",
        error.status if error else 200,
        kinds=KINDS,
        channels=BY_POST,
        typed=typed,
        received=parts,
        errors=dict(error.fields) if error else {},
    )


@blueprint.get("/staff/privacy/requests/<uuid:privacy_request_id>")
@permission("privacy_request.list")
def view(privacy_request_id: UUID) -> Response:
    """One request, and what may be done."""
    return _page(privacy_request_id)


@blueprint.post("/staff/privacy/requests/<uuid:privacy_request_id>/extend")
@permission("privacy_request.extend")
def extend(privacy_request_id: UUID) -> Response:
    """Two months more."""
    try:
        requests.extend(actor(), privacy_request_id, request.form.get("reason", ""))
    except (Invalid, Conflict) as error:
        return _page(privacy_request_id, error)
    flash("Le délai est prolongé, la personne en est prévenue.", "good")
    return _to(privacy_request_id)


@blueprint.post("/staff/privacy/requests/<uuid:privacy_request_id>/answer")
@permission("privacy_request.answer")
def answer(privacy_request_id: UUID) -> Response:
    """What was done."""
    return _answer(privacy_request_id, refused=False)


@blueprint.post("/staff/privacy/requests/<uuid:privacy_request_id>/refuse")
@permission("privacy_request.refuse")
def refuse(privacy_request_id: UUID) -> Response:
    """Why it cannot be."""
    return _answer(privacy_request_id, refused=True)


def _answer(request_id: UUID, refused: bool) -> Response:
    try:
        requests.answer(actor(), request_id, request.form.get("answer", ""), refused)
    except (Invalid, Conflict) as error:
        if refused and "answer" in error.fields:
            error.fields = {"refusal": error.fields["answer"]}
        return _page(request_id, error)
    flash("La réponse est envoyée à la personne." if not refused else "Le refus est envoyé à la personne.", "good")
    return _to(request_id)


@blueprint.post("/staff/privacy/requests/<uuid:privacy_request_id>/export")
@permission("personal_export.ask")
def export(privacy_request_id: UUID) -> Response:
    """A copy of what this portal keeps of the person, to be sent to them."""
    exporting.ask_export(actor(), privacy_request_id)
    flash("La copie se prépare\N{NO-BREAK SPACE}: rechargez la page dans une minute.", "good")
    return _to(privacy_request_id)


@blueprint.get("/staff/privacy/requests/copies/<uuid:personal_export_id>.json")
@permission("personal_export.download")
def copy_json(personal_export_id: UUID) -> Response:
    """A copy made for a letter, for a program."""
    return _copy(personal_export_id, "json")


@blueprint.get("/staff/privacy/requests/copies/<uuid:personal_export_id>.pdf")
@permission("personal_export.download")
def copy_pdf(personal_export_id: UUID) -> Response:
    """A copy made for a letter, on paper."""
    return _copy(personal_export_id, "pdf")


def _copy(personal_export_id: UUID, kind: str) -> Response:
    made = exporting.open_export(actor(), personal_export_id, kind)
    return attachment(made.content, made.content_type, made.name.replace("mes-donnees", "copie"), sha256(made.content))


@blueprint.get("/staff/privacy/requests/<uuid:privacy_request_id>/erase")
@permission("privacy_request.erase")
def plan(privacy_request_id: UUID) -> Response:
    """What an erasure would do, and what would stay."""
    return _plan(privacy_request_id)


@blueprint.post("/staff/privacy/requests/<uuid:privacy_request_id>/erase")
@permission("privacy_request.erase")
def erase(privacy_request_id: UUID) -> Response:
    """Erase."""
    form = request.form
    heirs: dict[UUID, UUID | None] = {}
    for field, value in form.items():
        organisation = identifier(field.removeprefix("heir-")) if field.startswith("heir-") else None
        if organisation is not None and value:
            heirs[organisation] = None if value == "none" else identifier(value)
    try:
        if form.get("understood") != "yes":
            fault = "Cochez la case\N{NO-BREAK SPACE}: un effacement ne se défait pas."
            raise Invalid(fault, {"understood": fault})
        erasure.decide(actor(), privacy_request_id, heirs, form.get("spellings", "").splitlines())
    except (Invalid, Conflict) as error:
        return _plan(privacy_request_id, error)
    flash("L’effacement commence\N{NO-BREAK SPACE}: la personne n’a déjà plus accès à rien ici.", "good")
    return _to(privacy_request_id)


def _plan(request_id: UUID, error: CrrcError | None = None) -> Response:
    found = erasure.plan_erasure(actor(), request_id)
    return page(
        "privacy/erase.html",
        error.status if error else 200,
        found=found,
        request_row=found.request,
        heirs={
            one.organisation.id: [("", "Choisir"), *((str(heir.user_id), heir.name) for heir in one.heirs)]
            for one in found.alone
        },
        typed=request.form,
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _page(request_id: UUID, error: CrrcError | None = None) -> Response:
    found = requests.view_request(actor(), request_id)
    row = found.request
    stays: dict[str, Any] = row.outcome.get("stays", {})
    return page(
        "privacy/request.html",
        error.status if error else 200,
        found=found,
        row=row,
        kind=REQUEST_LABELS[row.kind],
        article=ARTICLES[row.kind],
        channel=CHANNEL_LABELS[row.channel],
        state=REQUEST_STATE_LABELS[row.state],
        left=left(row, found.today),
        done=sum(row.outcome.get("done", {}).values()),
        stays=sum(stays.values()),
        typed=request.form if error else {},
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _to(request_id: UUID) -> Response:
    return redirect(url_for(".view", privacy_request_id=request_id), 303)
