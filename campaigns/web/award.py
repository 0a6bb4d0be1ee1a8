"""One's award: what it gives, the answer that is awaited, the path from there to its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.rules.award import is_late, shown_referent
from campaigns.rules.award_words import share
from campaigns.rules.form import REFERENT_SECTION
from campaigns.rules.journey import steps
from campaigns.service import award as awards
from campaigns.service.award import AwardPage, Journey
from campaigns.web.controls import controls
from kit import clock
from kit.errors import CrrcError, Invalid
from kit.french import count, day
from kit.web import actor, page, permission

blueprint = Blueprint("awards", __name__)
# Where what was obtained is booked: a package above offers the page, when it is there.
BOOKING = "entitlements.list_entitlements"


@blueprint.get("/awards/<uuid:award_id>")
@permission("award.view")
def view(award_id: UUID) -> Response:
    """What was obtained, and the path: what is done, what is next, until when."""
    found = awards.view_award(actor(), award_id)
    return page("awards/view.html", **_frame(found), proofs=found.proofs)


@blueprint.get("/awards/<uuid:award_id>/confirm")
@permission("award.confirm")
def ask_confirm(award_id: UUID) -> Response:
    """Name the contact: the one of the file is typed already."""
    return _confirm_page(award_id)


@blueprint.post("/awards/<uuid:award_id>/confirm")
@permission("award.confirm")
def confirm(award_id: UUID) -> Response:
    """Confirm."""
    typed = {field.key: request.form.get(field.key, "") for field in REFERENT_SECTION.fields}
    try:
        awards.confirm_award(actor(), award_id, {key.partition(".")[2]: text for key, text in typed.items()})
    except CrrcError as error:
        if error.status in (403, 404):
            raise
        return _confirm_page(award_id, typed, error)
    flash("C’est confirmé, et votre référent est enregistré. Vous n’avez rien d’autre à envoyer.", "good")
    return redirect(url_for(".view", award_id=award_id), 303)


@blueprint.get("/awards/<uuid:award_id>/decline")
@permission("award.decline")
def ask_decline(award_id: UUID) -> Response:
    """What giving up means, before it is done."""
    return _decline_page(award_id)


@blueprint.post("/awards/<uuid:award_id>/decline")
@permission("award.decline")
def decline(award_id: UUID) -> Response:
    """Give up."""
    motive = request.form.get("motive", "")
    try:
        awards.decline_award(actor(), award_id, motive)
    except CrrcError as error:
        if error.status in (403, 404):
            raise
        return _decline_page(award_id, motive, error)
    flash("Votre désistement est enregistré. L’ARS en est informée : merci de l’avoir dit.", "good")
    return redirect(url_for(".view", award_id=award_id), 303)


def journey_words(journey: Journey) -> dict[str, Any]:
    """What pages show of an award: what it gives, its steps, where it is booked."""
    award = journey.award
    path = steps(award, journey.milestones, clock.now(), journey.campaign.zone)
    return {
        "journey": journey,
        "award": award,
        "share": share(award),
        "steps": path,
        "next": next((step for step in path if step.state == "current"), None),
        "booking_url": booking_url(award.id) if award.state == "confirmed" and award.service else None,
    }


def award_line(journey: Journey, now: datetime) -> str:
    """What a list says of an award: « Retenu : à confirmer au plus tard le 16 octobre 2025. »"""
    award = journey.award
    if award.state == "offered":
        late = is_late(award.confirm_by, now, journey.campaign.zone)
        until = "la date est passée, répondez vite" if late else f"à confirmer au plus tard le {day(award.confirm_by)}"
        return f"Retenu : {until}."
    if journey.is_finished:
        return "Parcours terminé."
    if award.state == "confirmed":
        return f"Confirmé : {count(journey.proved, 'jalon prouvé', 'jalons prouvés')} sur {len(journey.milestones)}."
    return {"declined": "Vous avez renoncé.", "lapsed": "L’attribution est caduque, faute de réponse."}[award.state]


def booking_url(award_id: UUID) -> str | None:
    """Where the service that an award gives is booked, then followed; None while nothing offers it."""
    return url_for(BOOKING, award=award_id) if BOOKING in current_app.view_functions else None


def _frame(found: AwardPage) -> dict[str, Any]:
    journey = found.journey
    return {
        **journey_words(journey),
        "campaign": journey.campaign,
        "candidacy": journey.candidacy,
        "is_late": found.is_late,
        "referent": shown_referent(journey.award.referent or {}),
    }


def _confirm_page(award_id: UUID, typed: Mapping[str, str] | None = None, error: CrrcError | None = None) -> Response:
    found = awards.view_award(actor(), award_id, "award.confirm")
    known = {f"referent.{key}": value for key, value in found.contact.items()}
    errors = dict(error.fields) if error else {}
    return page(
        "awards/confirm.html",
        error.status if error else 200,
        **_frame(found),
        controls=controls(REFERENT_SECTION, known, errors, typed),
        prefilled=bool(known) and typed is None,
        errors=errors,
        refusal=error.sentence if error and not isinstance(error, Invalid) else None,
    )


def _decline_page(award_id: UUID, motive: str = "", error: CrrcError | None = None) -> Response:
    found = awards.view_award(actor(), award_id, "award.decline")
    return page(
        "awards/decline.html",
        error.status if error else 200,
        **_frame(found),
        motive=motive,
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not isinstance(error, Invalid) else None,
    )
