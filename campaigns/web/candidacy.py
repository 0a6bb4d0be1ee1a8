"""One's files: the list, starting one from a number, and the task list of one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.permissions import PERMISSIONS
from campaigns.rules import filing
from campaigns.rules.form import APPLICANT, SectionProgress
from campaigns.service import candidacy as files
from campaigns.service import starting
from campaigns.service.candidacy import FileLine, FilePage
from campaigns.web.applicant import applicant_facts
from campaigns.web.award import award_line, journey_words
from campaigns.web.countdown import countdown, one_line
from campaigns.web.eligibility_words import verdict_words
from kit import clock
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound
from kit.french import count, day
from kit.permissions import allows
from kit.web import actor, page, permission

blueprint = Blueprint("candidacies", __name__)
_TASK_WORDS = {
    "todo": "À commencer",
    "started": "En cours",
    "error": "À corriger",
    "done": "Complet",
    "optional": "Facultatif",
}


@blueprint.get("/candidacies")
@permission("candidacy.start")
def mine() -> Response:
    """The files of the person's organisations, and where each one is."""
    after = request.args.get("after", "")
    found = files.list_my_candidacies(actor(), _uuid(after) if after else None)
    lines = [_card(line, clock.now()) for line in sorted(found.lines, key=_urgency)]
    following = url_for(".mine", after=found.after) if found.after else None
    return page("candidacies/list.html", lines=lines, following=following, first=url_for(".mine") if after else None)


@blueprint.get("/campaigns/<slug>/apply")
@permission("candidacy.start")
def apply(slug: str) -> Response:
    """Type a number, see who it is, say who one is, and start."""
    number = request.args.get("number")
    if number is None:
        return _ask_page(slug, _known_number())
    if not number.strip():
        return _ask_page(slug, "", Invalid(starting.NOT_STARTED, {"number": "Indiquez le numéro de votre organisme."}))
    return _apply_page(slug, number)


@blueprint.post("/campaigns/<slug>/candidacies")
@permission("candidacy.start")
def start(slug: str) -> Response:
    """Start the file, or find the one there is."""
    number, function = request.form.get("number", ""), request.form.get("function", "")
    try:
        file = starting.start_candidacy(actor(), slug, number, function)
    except Invalid as error:
        return _apply_page(slug, number, error, function)
    except (Conflict, Forbidden) as error:
        return _ask_page(slug, number, error)
    return redirect(url_for(".view", candidacy_id=file.id), 303)


@blueprint.get("/candidacies/<uuid:candidacy_id>")
@permission("candidacy.view")
def view(candidacy_id: UUID) -> Response:
    """The task list. The authority is led to what was submitted instead."""
    try:
        file = files.view_candidacy(actor(), candidacy_id)
    except Forbidden:
        return redirect(url_for("reviews.view_file", candidacy_id=candidacy_id), 303)
    draft = file.draft
    now = clock.now()
    return page(
        "candidacies/view.html",
        file=file,
        draft=draft,
        candidacy=draft.candidacy,
        campaign=draft.campaign,
        moment=draft.moment,
        time=countdown(draft.moment, now, draft.campaign.zone),
        is_late=now >= draft.campaign.notify_at,
        tasks=[_task(section, draft.candidacy.id) for section in file.progress.sections],
        verdict=verdict_words(file.assessment, draft.candidacy.applicant_name),
        obtained=journey_words(file.award) if file.award else None,
        **_doors(file),
    )


def _ask_page(slug: str, number: str = "", error: CrrcError | None = None) -> Response:
    call = starting.open_call(actor(), slug)
    return page(
        "candidacies/ask.html",
        error.status if error else 200,
        campaign=call.campaign,
        time=countdown(call.moment, clock.now(), call.campaign.zone),
        number=number[:100],
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _known_number() -> str:
    """The organisation for which the person has files already, when there is only one: nobody types it twice."""
    known = {line.draft.candidacy.finess_ej for line in files.list_my_candidacies(actor()).lines}
    return known.pop() if len(known) == 1 else ""


def _apply_page(slug: str, number: str, error: Invalid | None = None, function: str = "") -> Response:
    """Who the number is; back to the question when it leads nowhere."""
    try:
        found = starting.recognise_applicant(actor(), slug, number)
    except Invalid as unknown:
        return _ask_page(slug, number, unknown)
    if found.file_id:
        return redirect(url_for(".view", candidacy_id=found.file_id), 303)
    campaign, entity = found.call.campaign, found.applicant["legal_entity"]
    return page(
        "candidacies/apply.html",
        error.status if error else 200,
        campaign=campaign,
        found=found,
        entity=entity,
        facts=applicant_facts(found.applicant),
        time=countdown(found.call.moment, clock.now(), campaign.zone),
        verdict=verdict_words(found.assessment, entity["name"] or entity["finess_ej"]),
        function=function[:200],
        errors=dict(error.fields) if error else {},
    )


def _doors(file: FilePage) -> dict[str, Any]:
    """What may be done from here, so that the page shows no button that answers no."""
    draft, candidacy, campaign = file.draft, file.draft.candidacy, file.draft.campaign
    working = candidacy.state in filing.WORKING and not file.decision
    submit = filing.may(lambda: filing.check_save(campaign.state, candidacy.state, draft.moment, campaign.zone))
    withdraw = filing.may(lambda: filing.check_withdraw(campaign.state, draft.moment, campaign.zone))
    may_write = allows(PERMISSIONS, actor(), "candidacy.save", candidacy)
    return {
        "may_submit": may_write and working and submit and draft.moment.status != "closed",
        "can_withdraw": may_write and working and withdraw and candidacy.state != "withdrawn",
        "members_url": url_for("members.view", organisation_id=candidacy.organisation_id) if may_write else None,
    }


def _urgency(line: FileLine) -> tuple[int, float]:
    """What waits for an answer comes first, the nearest day before the others; then what is being prepared."""
    if line.award is not None and line.award.award.state == "offered":
        return 0, line.award.award.confirm_by.toordinal()
    moment, state = line.draft.moment, line.draft.candidacy.state
    at = moment.window.closes_at.timestamp() if moment.window else 0.0
    if state in ("draft", "submitted") and moment.status == "open":
        return (0 if state == "draft" or line.is_changed else 1), at
    return (2 if moment.status == "not_yet" else 3), -at


def _card(line: FileLine, now: datetime) -> dict[str, Any]:
    draft, campaign = line.draft, line.draft.campaign
    return {
        "title": campaign.title,
        "href": url_for(".view", candidacy_id=draft.candidacy.id),
        "reference": draft.candidacy.reference,
        "applicant": draft.candidacy.applicant_name,
        "finess_ej": draft.candidacy.finess_ej,
        "state": _state(line),
        "sentence": award_line(line.award, now) if line.award else _where(line),
        "time": _when(line, now),
        "progress": f"{count(line.progress.done, 'rubrique complète', 'rubriques complètes')} "
        f"sur {len(line.progress.sections)}",
    }


def _state(line: FileLine) -> str:
    if line.award is None:
        return line.draft.candidacy.state
    return "completed" if line.award.is_finished else line.award.award.state


def _when(line: FileLine, now: datetime) -> str:
    """The date that matters: of the deposits, then of the end of the path."""
    if line.award and line.award.is_finished:
        return "Tout est fait et prouvé"
    if line.award and line.award.award.state == "confirmed" and line.award.award.complete_on:
        return f"Parcours à terminer au plus tard le {day(line.award.award.complete_on)}"
    return one_line(line.draft.moment, now, line.draft.campaign.zone)


def _where(line: FileLine) -> str:
    """What a person must know of the file before opening it."""
    state, gaps, closed = line.draft.candidacy.state, len(line.progress.gaps), line.draft.moment.status == "closed"
    if state == "draft":
        if closed:
            return "Ce dossier n’a pas été déposé."
        left = f"il reste {count(gaps, 'réponse')} à donner ou à corriger" if gaps else "tout est rempli"
        return f"Ce dossier n’est pas encore déposé : {left}."
    if state == "submitted" and line.is_changed:
        return "Déposé, puis modifié : vos modifications ne sont pas déposées."
    return {
        "submitted": "Déposé : vous n’avez rien à faire.",
        "withdrawn": "Retiré : ce dossier ne sera pas instruit.",
    }.get(state, "La décision est notifiée.")


def _task(found: SectionProgress, candidacy_id: UUID) -> dict[str, Any]:
    section = found.section
    hints = [
        f"{count(found.wrong, 'réponse')} à corriger" if found.wrong else "",
        f"{count(found.absent, 'réponse')} à donner" if found.absent else "",
    ]
    if section.key == APPLICANT:
        hints = ["Repris du registre FINESS : rien à saisir"]
    return {
        "text": section.title,
        "href": url_for(".section", candidacy_id=candidacy_id, key=section.key),
        "state": "error" if found.wrong else "todo" if found.state == "optional" else found.state,
        "status": _TASK_WORDS["error" if found.wrong else found.state],
        "hint": ", ".join(hint for hint in hints if hint),
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None
