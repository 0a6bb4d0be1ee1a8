"""One section of a file: read, written, and saved as one types."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.permissions import PERMISSIONS
from campaigns.rules import filing
from campaigns.rules import form as forms
from campaigns.rules.form import FormSection
from campaigns.service import candidacy as files
from campaigns.service.candidacy import OpenFile
from campaigns.service.draft import Draft
from campaigns.service.saving import Saved, save_draft
from campaigns.web.applicant import applicant_facts
from campaigns.web.attachment import join_sent, remove_chosen, scan_states
from campaigns.web.candidacy import blueprint
from campaigns.web.controls import controls, sent
from kit import french
from kit.errors import CrrcError, NotFound
from kit.permissions import allows
from kit.typed import number
from kit.web import actor, page, permission

DISPUTED = "Une autre personne a écrit dans le même champ. Vos deux textes sont conservés."
TO_CORRECT = "Tout ce qui pouvait l’être est enregistré. Pour déposer le dossier, il faudra corriger ceci :"


@blueprint.get("/candidacies/<uuid:candidacy_id>/sections/<key>")
@permission("candidacy.read")
def section(candidacy_id: UUID, key: str) -> Response:
    """The section, with what is wrong in it; `?check=1` also names what is missing."""
    file = files.open_file(actor(), candidacy_id)
    found = _section(file, key)
    errors = forms.problems(found, file.draft.answers)
    if "check" in request.args:
        errors = {gap.field: gap.sentence for gap in forms.section_gaps(found, file.draft.answers)}
    return _page(file, found, errors)


@blueprint.post("/candidacies/<uuid:candidacy_id>/sections/<key>")
@permission("candidacy.save")
def save(candidacy_id: UUID, key: str) -> Response:
    """Save the section, then go on: to the next one, to the task list, or to what must be looked at first."""
    file = files.open_file(actor(), candidacy_id)
    found = _section(file, key)
    typed = sent(found, request.form)
    try:
        saved = save_draft(actor(), candidacy_id, typed, revision())
        stays = remove_chosen()
        faults = join_sent(candidacy_id, found)
    except CrrcError as error:
        return _page(file, found, {}, typed, error)
    if saved.conflicts:
        return redirect(url_for(".conflicts", candidacy_id=candidacy_id), 303)
    if not stays and (saved.problems or saved.refused or faults):
        kept = {field: typed[field] for field in saved.refused}
        return _page(files.open_file(actor(), candidacy_id), found, {**saved.problems, **saved.refused, **faults}, kept)
    if stays or request.form.get("then") == "here":
        return redirect(url_for(".section", candidacy_id=candidacy_id, key=key), 303)
    return redirect(_next(file.draft, key), 303)


@blueprint.post("/candidacies/<uuid:candidacy_id>/autosave")
@permission("candidacy.save")
def autosave(candidacy_id: UUID) -> Response:
    """Save the fields named by `changed`: assets/autosave.js asks, docs/ui.md has the protocol."""
    typed = {field: request.form.getlist(field) for field in request.form.getlist("changed")}
    try:
        saved = save_draft(actor(), candidacy_id, typed, revision())
    except CrrcError as error:
        return _json({"sentence": error.sentence}, error.status)
    if saved.refused:
        return _json({"sentence": next(iter(saved.refused.values()))}, 422)
    return _json(_said(candidacy_id, saved))


def revision() -> int | None:
    """The revision that the sender's page showed; None when it said none."""
    text = request.form.get("version", "")
    return number(text)


def is_writable(draft: Draft) -> bool:
    """Whether whoever asks may write in the file now."""
    candidacy, campaign = draft.candidacy, draft.campaign
    return allows(PERMISSIONS, actor(), "candidacy.save", candidacy) and filing.may(
        lambda: filing.check_save(campaign.state, candidacy.state, draft.moment, campaign.zone)
    )


def _section(file: OpenFile, key: str) -> FormSection:
    found = file.draft.form.section(key)
    if found is None:
        raise NotFound()
    return found


def _page(
    file: OpenFile,
    found: FormSection,
    errors: Mapping[str, str],
    typed: Mapping[str, Any] | None = None,
    refusal: CrrcError | None = None,
) -> Response:
    draft, zone = file.draft, file.draft.campaign.zone
    sections = draft.form.sections
    is_sent = request.method == "POST"
    return page(
        "candidacies/section.html",
        refusal.status if refusal else 422 if is_sent else 200,
        candidacy=draft.candidacy,
        campaign=draft.campaign,
        section=found,
        step=sections.index(found) + 1,
        steps=len(sections),
        controls=controls(found, draft.answers, errors, typed),
        states=scan_states(draft.candidacy.id, found),
        rows=[(field.label, forms.shown(field, draft.answers.get(field.key), zone)) for field in found.fields],
        facts=applicant_facts(draft.candidacy.applicant),
        following=_next(draft, found.key),
        is_writable=is_writable(draft),
        saved_text=_saved_text(draft.candidacy.saved_at, zone) if draft.candidacy.answers else None,
        aside=file.aside,
        errors=dict(errors),
        refusal=refusal.sentence if refusal else TO_CORRECT if is_sent else None,
    )


def _said(candidacy_id: UUID, saved: Saved) -> dict[str, Any]:
    said: dict[str, Any] = {
        "version": str(saved.revision),
        "saved_text": _saved_text(saved.saved_at, saved.zone),
        "problems": dict(saved.problems),
    }
    if saved.conflicts:
        said["conflicts"] = [conflict.field for conflict in saved.conflicts]
        said["conflict_url"] = url_for(".conflicts", candidacy_id=candidacy_id)
        said["sentence"] = DISPUTED
    return said


def _next(draft: Draft, key: str) -> str:
    """Where « Enregistrer et continuer » leads: the next section, the task list after the last one or on request."""
    keys = [section.key for section in draft.form.sections]
    following = keys[keys.index(key) + 1 :]
    if not following or request.form.get("then") == "list":
        return url_for(".view", candidacy_id=draft.candidacy.id)
    return url_for(".section", candidacy_id=draft.candidacy.id, key=following[0])


def _saved_text(at: datetime, zone: str) -> str:
    return f"Enregistré à {french.hour(at.astimezone(ZoneInfo(zone)))}."


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    response: Response = jsonify(body)
    response.status_code = status
    return response
