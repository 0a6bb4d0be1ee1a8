"""Writing a call from its document in a browser: paste it or send a file, read what is found by line, keep it."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.permissions import PERMISSIONS
from campaigns.rules.document.writing import write
from campaigns.service import campaign as writing
from campaigns.service import reading
from campaigns.service.campaign import Saved
from kit.document.finding import Refused
from kit.document.source import LONGEST, Source, read_yaml
from kit.errors import CrrcError
from kit.french import count
from kit.permissions import permit
from kit.typed import number
from kit.web import actor, page, permission

blueprint = Blueprint("campaign_documents", __name__)


@blueprint.get("/staff/new-campaign")
@permission("campaign.write")
def ask_new() -> Response:
    """An empty page for a new document."""
    permit(PERMISSIONS, actor(), "campaign.write")
    return _new_page("")


@blueprint.post("/staff/new-campaign")
@permission("campaign.write")
def create() -> Response:
    """Check the document, and make the call when it was asked to."""
    text, source = _sent()
    try:
        saved = writing.save_campaign(actor(), source, rehearse=_only_checks())
    except CrrcError as error:
        return _new_page(text, error=_own(error))
    return _new_page(text, saved) if _only_checks() else _kept(saved)


@blueprint.get("/staff/campaigns/<slug>/document")
@permission("campaign.write")
def ask_change(slug: str) -> Response:
    """The document as it stands, to be changed."""
    call = reading.view_call(actor(), slug, "campaign.write")
    return _change_page(slug, write(call.document.data), call.campaign.version)


@blueprint.post("/staff/campaigns/<slug>/document")
@permission("campaign.write")
def change(slug: str) -> Response:
    """Check the new document, and make it the current version when it was asked to."""
    text, source = _sent()
    base = number(request.form.get("base_version", "")) or 0
    try:
        saved = writing.save_campaign(actor(), source, slug=slug, base_version=base, rehearse=_only_checks())
    except CrrcError as error:
        return _change_page(slug, text, base, error=_own(error))
    return _change_page(slug, text, base, saved) if _only_checks() else _kept(saved)


def _sent() -> tuple[str, Source]:
    """The document: the file when there is one, else what was pasted. The text shown again is what was read."""
    file = request.files.get("file")
    content = file.stream.read(LONGEST + 1) if file and file.filename else b""
    if content:
        return content[:LONGEST].decode("utf-8", "replace"), read_yaml(content)
    text = request.form.get("document", "").replace("\r\n", "\n")
    return text, read_yaml(text)


def _only_checks() -> bool:
    return request.form.get("act") != "save"


def _own(error: CrrcError) -> CrrcError:
    """The errors these pages can show; the others have their own page."""
    if error.status in (409, 412, 422, 428):
        return error
    raise error


def _kept(saved: Saved) -> Response:
    slug, number = saved.campaign.slug, saved.version.number
    said = {
        "created": "La campagne est créée : c’est un brouillon, que personne d’autre ne voit.",
        "updated": f"La version {number} est enregistrée.",
        "unchanged": f"Rien n’a changé : la version {number} disait déjà la même chose.",
    }
    flash(said[saved.outcome], "good")
    return redirect(url_for("staff_campaigns.view_campaign", slug=slug), 303)


def _new_page(text: str, saved: Saved | None = None, error: CrrcError | None = None) -> Response:
    return _page("Nouvelle campagne", text, url_for(".create"), None, None, saved, error)


def _change_page(
    slug: str, text: str, base: int, saved: Saved | None = None, error: CrrcError | None = None
) -> Response:
    action = url_for(".change", slug=slug)
    return _page("Document de la campagne", text, action, base, slug, saved, error)


def _page(
    title: str, text: str, action: str, base: int | None, slug: str | None, saved: Saved | None, error: CrrcError | None
) -> Response:
    findings = error.findings if isinstance(error, Refused) else list(saved.findings) if saved else []
    return page(
        "campaigns/document.html",
        error.status if error else 200,
        title=title,
        text=text,
        action=action,
        base=base,
        slug=slug,
        saved=saved,
        refusal=error.sentence if error else None,
        findings=findings,
        tally=count(len(findings), "point"),
    )
