"""One's own data: what is kept, a copy, what one agrees to, what one asks."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.download import attachment
from kit.errors import Conflict, CrrcError, Invalid
from kit.signing import sha256
from kit.web import actor, page, permission
from privacy.rules.kept import ACCOUNTS, LEDGER, PROOF, PUBLISHED
from privacy.rules.states import ARTICLES, REQUEST_LABELS, REQUEST_STATE_LABELS
from privacy.service import exporting, mine
from privacy.service import request as requests
from privacy.web.words import left
from tenants.service.consent import my_consents, set_consent

blueprint = Blueprint("my_privacy", __name__, url_prefix="/account/privacy")
HINTS = {
    "access": "Le plus simple est de télécharger votre copie, sur la page précédente\N{NO-BREAK SPACE}: elle est prête "
    "en quelques minutes.",
    "rectification": "Votre nom se corrige dans « Mon compte ». Pour le reste, dites ce qui est faux, et où.",
    "erasure": "Vos accès s’arrêtent et ce qui vous désigne est effacé, sauf ce que la loi veut qu’on garde.",
    "restriction": "Vos données sont gardées, et ne servent plus le temps qu’un point soit éclairci.",
    "objection": "Dites ce à quoi vous vous opposez, et pourquoi.",
    "portability": "Le fichier JSON de votre copie sert à cela.",
}


@blueprint.get("")
@permission("personal_data.view")
def view() -> Response:
    """What is kept of me, in words."""
    found = mine.view_mine(actor())
    choices, history = my_consents(actor())
    return page(
        "privacy/mine.html",
        found=found,
        choices=choices,
        history=history,
        titles={one.purpose.key: one.purpose.title for one in choices},
        requests=[
            (one, REQUEST_LABELS[one.kind], REQUEST_STATE_LABELS[one.state], left(one, found.today))
            for one in found.requests
        ],
    )


@blueprint.post("/copies")
@permission("personal_export.ask")
def ask_copy() -> Response:
    """Have a copy made."""
    exporting.ask_export(actor())
    flash("Votre copie se prépare\N{NO-BREAK SPACE}: un courriel vous prévient quand elle est prête.", "good")
    return redirect(url_for(".view"), 303)


@blueprint.get("/copies/<uuid:personal_export_id>.json")
@permission("personal_export.download")
def copy_json(personal_export_id: UUID) -> Response:
    """My copy, for a program."""
    return _copy(personal_export_id, "json")


@blueprint.get("/copies/<uuid:personal_export_id>.pdf")
@permission("personal_export.download")
def copy_pdf(personal_export_id: UUID) -> Response:
    """My copy, to be read."""
    return _copy(personal_export_id, "pdf")


def _copy(personal_export_id: UUID, kind: str) -> Response:
    made = exporting.open_export(actor(), personal_export_id, kind)
    return attachment(made.content, made.content_type, made.name, sha256(made.content))


@blueprint.post("/consents")
@permission("consent.set")
def consent() -> Response:
    """Say yes or no to a purpose."""
    given = request.form.get("given") == "yes"
    set_consent(actor(), request.form.get("purpose", ""), given)
    flash("Votre accord est noté." if given else "C’est noté\N{NO-BREAK SPACE}: vous avez dit non.", "good")
    return redirect(url_for(".view"), 303)


@blueprint.get("/requests/new")
@permission("privacy_request.ask")
def new() -> Response:
    """Choose a right."""
    return _form(request.args.get("kind", ""))


@blueprint.post("/requests/new")
@permission("privacy_request.ask")
def ask() -> Response:
    """Ask."""
    kind = request.form.get("kind", "")
    try:
        made = requests.ask(actor(), kind, request.form.get("details", ""))
    except (Invalid, Conflict) as error:
        return _form(kind, error)
    flash(f"Votre demande {made.number} est envoyée. Un courriel vous en donne acte.", "good")
    return redirect(url_for(".view"), 303)


@blueprint.post("/requests/<uuid:privacy_request_id>/withdraw")
@permission("privacy_request.withdraw")
def withdraw(privacy_request_id: UUID) -> Response:
    """Take it back."""
    try:
        requests.withdraw(actor(), privacy_request_id)
    except Conflict as error:
        flash(error.sentence, "bad")
    else:
        flash("Votre demande est retirée.", "good")
    return redirect(url_for(".view"), 303)


def _form(kind: str, error: CrrcError | None = None) -> Response:
    return page(
        "privacy/ask.html",
        error.status if error else 200,
        kinds=[
            {"value": key, "text": f"{label} (article {ARTICLES[key]})", "hint": HINTS[key]}
            for key, label in REQUEST_LABELS.items()
        ],
        kind=kind,
        typed=request.form.get("details", ""),
        stays=[PROOF, ACCOUNTS, LEDGER, PUBLISHED],
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )
