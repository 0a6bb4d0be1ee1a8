"""What everybody reads without an account: a portal's calls, one call, the check of one's eligibility."""

from datetime import datetime
from typing import Any

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from campaigns.rules.document.agenda import agenda
from campaigns.rules.document.steps import steps
from campaigns.rules.states import KIND_LABELS
from campaigns.service import reading
from campaigns.service.eligibility import Overview, enquire, enquire_everywhere
from campaigns.service.reading import Call, CallPage
from campaigns.web.check_words import check_words, summary_lines
from campaigns.web.countdown import countdown, one_line
from finess.web.hits import hit_lines
from kit import clock
from kit.host import origin_of
from kit.web import actor, page, permission

blueprint = Blueprint("campaigns", __name__)
LONGEST_QUESTION = 200
RECENT = 12
NOBODY = "Aucune structure ne porte ce nom dans le registre. Essayez un autre mot, ou un numéro."
NO_NUMBER = (
    "Ce n’est ni un numéro FINESS (9 caractères), ni un SIREN (9 chiffres), ni un SIRET (14 chiffres). "
    "Écrivez le numéro seul, ou un nom."
)
MANY_DIGITS = 6


@blueprint.get("/")
@permission("campaign.view")
def home() -> Response:
    """The portal's calls: open, to come, past."""
    calls = reading.public_calls(actor())
    groups: dict[str, list[dict[str, Any]]] = {"open": [], "not_yet": [], "closed": []}
    for call in calls.items:
        groups[moment_of(call)].append(_card(call, calls.now))
    return page("campaigns/home.html", open=groups["open"], coming=groups["not_yet"], past=groups["closed"][:RECENT])


@blueprint.get("/check")
@permission("campaign.check")
def check_everywhere() -> Response:
    """One number against every call that is open or to come, or the structures whose name was typed."""
    typed = _typed()
    found = enquire_everywhere(actor(), typed)
    first = found.checks[0] if found.checks else None
    now = clock.now()
    lines = [line | {"time": one_line(line["moment"], now, line["zone"])} for line in summary_lines(found.checks)]
    return page(
        "campaigns/check_everywhere.html",
        typed=typed,
        first=first,
        lines=lines,
        hits=hit_lines(found.hits),
        error=_everywhere_error(found, typed),
    )


@blueprint.get("/campaigns/<slug>")
@permission("campaign.view")
def view(slug: str) -> Response:
    """A call: its time, its rule in words, its texts, the check."""
    return _call_page(reading.view_call(actor(), slug))


@blueprint.get("/campaigns/<slug>/check")
@permission("campaign.check")
def check(slug: str) -> Response:
    """The answer to a number, or the structures whose name was typed. The address can be shared."""
    typed = _typed()
    call = reading.view_call(actor(), slug)
    if not typed.strip():
        return _check_page(call, typed, error="Indiquez un numéro ou un nom." if "q" in request.args else None)
    found = enquire(actor(), slug, typed)
    if found.hits:
        return _check_page(call, typed, hits=hit_lines(found.hits))
    if found.check is None:
        return _check_page(call, typed, error=_nobody(typed))
    if found.check.verdict is None:
        return _check_page(call, typed, error=found.check.error)
    return _check_page(call, typed, answer=check_words(found.check))


@blueprint.get("/campaigns/<slug>/calendar.ics")
@permission("campaign.view")
def calendar(slug: str) -> Response:
    """The dates, for a calendar."""
    call = reading.view_call(actor(), slug)
    url = f"{origin_of(g.tenant)}{url_for('.view', slug=slug)}"
    content = agenda(call.document, url, call.version.number, call.version.created_at)
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return response


def _typed() -> str:
    """The question, as long as a name may be, without what no database keeps."""
    return request.args.get("q", "")[:LONGEST_QUESTION].replace("\0", "")


def _nobody(typed: str) -> str:
    """Why nothing was found, to somebody who typed a name or a number with a character too many or too few."""
    return NO_NUMBER if sum(character.isdecimal() for character in typed) >= MANY_DIGITS else NOBODY


def _everywhere_error(found: Overview, typed: str) -> str | None:
    if not typed.strip():
        return "Indiquez un numéro ou un nom." if "q" in request.args else None
    if not found.checks or found.hits or found.checks[0].verdict is not None:
        return None
    answer = found.checks[0].answer
    return _nobody(typed) if answer.outcome == "unreadable" else answer.sentence


def moment_of(call: Call) -> str:
    """Where a list shows a call: one whose decisions were told is past, whatever its windows say."""
    return "closed" if call.campaign.state == "released" else call.moment.status


def _card(call: Call, now: datetime) -> dict[str, Any]:
    campaign = call.campaign
    phase = call.version.document.get("phase")
    kind = KIND_LABELS[campaign.kind]
    return {
        "title": campaign.title,
        "href": url_for(".view", slug=campaign.slug),
        "kind": f"{kind}, {phase}" if phase else kind,
        "state": "released" if campaign.state == "released" else call.moment.status,
        "summary": call.version.document["summary"],
        "time": one_line(call.moment, now, campaign.zone),
    }


def _frame(call: CallPage) -> dict[str, Any]:
    """What a call's pages share."""
    campaign = call.campaign
    return {
        "call": call,
        "campaign": campaign,
        "kind": KIND_LABELS[campaign.kind],
        "phase": call.document.data.get("phase"),
        "standing": "released" if campaign.state == "released" else call.moment.status,
        "countdown": countdown(call.moment, call.now, campaign.zone),
    }


def _call_page(call: CallPage) -> Response:
    return page(
        "campaigns/view.html",
        **_frame(call),
        texts=call.document.data.get("texts", {}),
        steps=steps(call.document, call.now, call.campaign.state == "released"),
    )


def _check_page(
    call: CallPage,
    typed: str,
    answer: dict[str, Any] | None = None,
    hits: list[dict[str, Any]] | None = None,
    error: str | None = None,
) -> Response:
    frame = _frame(call)
    return page("campaigns/check.html", **frame, typed=typed, answer=answer, hits=hits or [], error=error)
