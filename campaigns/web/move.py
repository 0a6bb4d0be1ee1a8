"""Moving a call: each move is confirmed on a page that says what it does, then made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.rules.document.instants import Unreadable, read_instant
from campaigns.service import publication, reading, upkeep
from campaigns.service.reading import CallPage
from kit.actor import Actor
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import ZONES, count, day, instant
from kit.web import actor, page, permission

blueprint = Blueprint("campaign_moves", __name__)


@dataclass(frozen=True)
class Words:
    """What a confirmation says: the question, what will happen, the button, and what is said once done."""

    question: str
    means: str
    button: str
    done: str


WORDS = {
    "publish": Words(
        "Publier cette campagne ?",
        "La page devient publique. Les dépôts s’ouvriront et se fermeront aux dates annoncées, à la seconde.",
        "Publier maintenant",
        "La campagne est publiée.",
    ),
    "unschedule": Words(
        "Renoncer à la publication programmée ?",
        "La campagne redevient un brouillon. Rien n’est perdu.",
        "Renoncer à la publication",
        "La campagne est de nouveau un brouillon.",
    ),
    "hold": Words(
        "Suspendre la notification automatique ?",
        "À l’instant prévu, personne ne sera notifié tant que la suspension n’est pas levée. Les décisions restent.",
        "Suspendre la notification",
        "La notification automatique est suspendue.",
    ),
    "unhold": Words(
        "Lever la suspension ?",
        "Les décisions seront notifiées à tous à l’instant prévu ; aussitôt, si cet instant est passé.",
        "Lever la suspension",
        "La notification automatique est rétablie.",
    ),
    "archive": Words(
        "Archiver cette campagne ?",
        "Elle quitte les pages publiques et reste consultable ici, avec ses dossiers et ses décisions.",
        "Archiver la campagne",
        "La campagne est archivée.",
    ),
}


def _permitted(slug: str, move: str) -> CallPage:
    """The call, for somebody who may move it: who may not is told before being asked to confirm."""
    return reading.view_call(actor(), slug, f"campaign.{move}")


def _ask(slug: str, move: str, error: CrrcError | None = None, **context: Any) -> Response:
    """The confirmation page of a move."""
    call = _permitted(slug, "hold" if move == "unhold" else move)
    return page(
        "campaigns/confirm.html",
        error.status if error else 200,
        campaign=call.campaign,
        call=call,
        move=move,
        words=WORDS[move],
        refusal=error.sentence if error else None,
        **{"findings": [], **context},
    )


def _make(slug: str, move: str, act: Callable[[Actor, str], object]) -> Response:
    """Make a move; what refuses it is said on its page."""
    try:
        act(actor(), slug)
    except (Conflict, Invalid) as error:
        return _ask(slug, move, error, findings=getattr(error, "findings", []))
    flash(WORDS[move].done, "good")
    return redirect(url_for("staff_campaigns.view_campaign", slug=slug), 303)


@blueprint.get("/staff/campaigns/<slug>/publish")
@permission("campaign.publish")
def ask_publish(slug: str) -> Response:
    """What publishing would meet."""
    return _ask(slug, "publish", findings=publication.foresee_publication(actor(), slug).findings)


@blueprint.post("/staff/campaigns/<slug>/publish")
@permission("campaign.publish")
def publish(slug: str) -> Response:
    """Publish now."""
    return _make(slug, "publish", publication.publish_campaign)


@blueprint.get("/staff/campaigns/<slug>/schedule")
@permission("campaign.schedule")
def ask_schedule(slug: str) -> Response:
    """When to publish."""
    return _schedule_page(slug)


@blueprint.post("/staff/campaigns/<slug>/schedule")
@permission("campaign.schedule")
def schedule(slug: str) -> Response:
    """Publish at the hour that was chosen."""
    day_typed, time_typed = (request.form.get(f"publish_at-{part}", "").strip() for part in ("date", "time"))
    try:
        when = read_instant(f"{day_typed}T{time_typed}", g.tenant.zone)
        made = publication.schedule_campaign(actor(), slug, when)
    except Unreadable as fault:
        return _schedule_page(slug, Invalid(str(fault), {"publish_at": str(fault)}), (day_typed, time_typed))
    except (Conflict, Invalid) as error:
        return _schedule_page(slug, error, (day_typed, time_typed))
    flash(f"La campagne sera publiée le {instant(made.publish_at or when, made.zone)}.", "good")
    return redirect(url_for("staff_campaigns.view_campaign", slug=slug), 303)


def _schedule_page(slug: str, error: CrrcError | None = None, typed: tuple[str, str] | None = None) -> Response:
    call = _permitted(slug, "schedule")
    outlook = publication.foresee_publication(actor(), slug)
    written = call.document.data.get("publish_at", "")
    return page(
        "campaigns/schedule.html",
        error.status if error else 200,
        campaign=call.campaign,
        call=call,
        findings=getattr(error, "findings", outlook.findings),
        zone_name=ZONES.get(g.tenant.zone, g.tenant.zone),
        typed=typed or (written[:10], written[11:16]),
        errors={"publish_at": error.fields.get("publish_at", error.sentence)} if error else {},
    )


@blueprint.get("/staff/campaigns/<slug>/unschedule")
@permission("campaign.unschedule")
def ask_unschedule(slug: str) -> Response:
    """Whether to give up."""
    return _ask(slug, "unschedule")


@blueprint.post("/staff/campaigns/<slug>/unschedule")
@permission("campaign.unschedule")
def unschedule(slug: str) -> Response:
    """Give the scheduled publication up."""
    return _make(slug, "unschedule", publication.unschedule_campaign)


@blueprint.get("/staff/campaigns/<slug>/hold")
@permission("campaign.hold")
def ask_hold(slug: str) -> Response:
    """Whether to hold."""
    return _ask(slug, "hold")


@blueprint.post("/staff/campaigns/<slug>/hold")
@permission("campaign.hold")
def hold(slug: str) -> Response:
    """Hold the automatic release."""
    return _make(slug, "hold", upkeep.hold_release)


@blueprint.get("/staff/campaigns/<slug>/unhold")
@permission("campaign.hold")
def ask_unhold(slug: str) -> Response:
    """Whether to lift the hold."""
    return _ask(slug, "unhold")


@blueprint.post("/staff/campaigns/<slug>/unhold")
@permission("campaign.hold")
def unhold(slug: str) -> Response:
    """Lift the hold."""
    return _make(slug, "unhold", upkeep.unhold_release)


@blueprint.get("/staff/campaigns/<slug>/archive")
@permission("campaign.archive")
def ask_archive(slug: str) -> Response:
    """Whether to put it away."""
    return _ask(slug, "archive")


@blueprint.post("/staff/campaigns/<slug>/archive")
@permission("campaign.archive")
def archive(slug: str) -> Response:
    """Put the call away."""
    return _make(slug, "archive", upkeep.archive_campaign)


@blueprint.get("/staff/campaigns/<slug>/repin")
@permission("campaign.write")
def ask_repin(slug: str) -> Response:
    """What the edition in force would change."""
    _permitted(slug, "write")
    return page("campaigns/repin.html", change=upkeep.foresee_repinning(actor(), slug))


@blueprint.post("/staff/campaigns/<slug>/repin")
@permission("campaign.write")
def repin(slug: str) -> Response:
    """Pin the edition in force."""
    change = upkeep.repin_edition(actor(), slug)
    figures = f"{count(len(change.gained), 'organisme')} de plus, {len(change.lost)} de moins"
    flash(
        f"La campagne retient le registre du {day(change.after.generated_at.date())}\N{NO-BREAK SPACE}: {figures}.",
        "good",
    )
    return redirect(url_for("staff_campaigns.view_campaign", slug=slug), 303)
