"""The paths of those a call accepted, for the staff: figures, burn-down, each award; and declaring one lapsed."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.queries.award import AwardRow
from campaigns.rules.award import is_late, today
from campaigns.rules.award_words import share
from campaigns.rules.states import AWARD
from campaigns.service import award as awards
from campaigns.service.following import Following, follow_awards
from kit import clock
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import day
from kit.web import actor, page, permission

blueprint = Blueprint("staff_awards", __name__)
STATE_WORDS = {"offered": "Sans réponse", "confirmed": "Confirmés", "declined": "Désistements", "lapsed": "Caducs"}


@blueprint.get("/staff/campaigns/<slug>/awards")
@permission("award.list")
def list_awards(slug: str) -> Response:
    """Who answered, and how far each path is."""
    after, state = request.args.get("after", ""), request.args.get("state", "")
    found = follow_awards(actor(), slug, state, _uuid(after) if after else None)
    following = url_for(".list_awards", slug=slug, after=found.after, state=state or None) if found.after else None
    return page(
        "awards/list.html",
        found=found,
        campaign=found.campaign,
        rows=[_row(found, row) for row in found.rows],
        state=state,
        states=[(one, STATE_WORDS[one]) for one in AWARD.states],
        following=following,
        first=url_for(".list_awards", slug=slug, state=state or None) if after else None,
    )


@blueprint.get("/staff/awards/<uuid:award_id>/lapse")
@permission("award.lapse")
def ask_lapse(award_id: UUID) -> Response:
    """What declaring it lapsed means, before it is done."""
    return _lapse_page(award_id)


@blueprint.post("/staff/awards/<uuid:award_id>/lapse")
@permission("award.lapse")
def lapse(award_id: UUID) -> Response:
    """Declare it lapsed."""
    found = awards.view_award(actor(), award_id, "award.lapse")
    try:
        awards.lapse_award(actor(), award_id)
    except Conflict as error:
        return _lapse_page(award_id, error)
    flash("L’attribution est caduque. L’organisme en est informé.", "good")
    return redirect(url_for(".list_awards", slug=found.journey.campaign.slug), 303)


def _lapse_page(award_id: UUID, error: CrrcError | None = None) -> Response:
    found = awards.view_award(actor(), award_id, "award.lapse")
    journey = found.journey
    return page(
        "awards/lapse.html",
        error.status if error else 200,
        journey=journey,
        award=journey.award,
        campaign=journey.campaign,
        candidacy=journey.candidacy,
        share=share(journey.award),
        is_late=found.is_late,
        refusal=error.sentence if error else None,
    )


def _row(found: Following, row: AwardRow) -> dict[str, Any]:
    award, zone = row.award, found.campaign.zone
    late = award.state == "offered" and is_late(award.confirm_by, clock.now(), zone)
    finished = award.state == "confirmed" and row.proved == row.milestones
    answered = f"le {day(today(award.confirmed_at, zone))}" if award.confirmed_at else ""
    awaited = (
        f"{'en retard, attendue pour le' if late else 'd’ici au'} {day(award.confirm_by)}"
        if award.state == "offered"
        else ""
    )
    return {
        "name": row.applicant_name,
        "href": url_for("awards.view", award_id=award.id),
        "reference": row.reference,
        "state": "completed" if finished else award.state,
        "answer": answered or awaited,
        "milestones": f"{row.proved} sur {row.milestones}" if award.state == "confirmed" else "",
        "contact": (award.referent or {}).get("name", ""),
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Invalid("Cette page de la liste n’existe pas.", {"after": "Revenez à la première page."}) from wrong
