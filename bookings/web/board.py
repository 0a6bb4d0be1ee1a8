"""The GRADeS's pages: the board of missions, assigning one, the rule of acceptance."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.service import assignment, board
from bookings.web.mission_words import card, starting
from kit.errors import Conflict, CrrcError, Invalid, Stale
from kit.typed import identifier, number
from kit.web import actor, page, permission, revision_sent
from tenants.service.acceptance_rule import set_acceptance_rule

blueprint = Blueprint("board", __name__)


@blueprint.get("/staff/missions")
@permission("mission.list")
def view_board() -> Response:
    """What needs the GRADeS today, and whether providers can absorb what was granted."""
    found = board.view_board(actor())
    cards = {view: [card(row, actor(), found.on) for row in rows] for view, rows in found.rows.items()}
    return page("missions/board.html", board=found, cards=cards)


@blueprint.get("/staff/missions/<uuid:mission_id>/assign")
@permission("mission.assign")
def assign(mission_id: UUID) -> Response:
    """Who may do a mission, and what forbids the others."""
    return _assign_page(mission_id)


@blueprint.post("/staff/missions/<uuid:mission_id>/assign")
@permission("mission.assign")
def assign_to(mission_id: UUID) -> Response:
    """Assign it: by hand, or by the rule of its lot."""
    chosen = request.form.get("provider_id", "")
    try:
        assignment.assign_mission(actor(), mission_id, _provider(chosen), revision_sent())
    except (Conflict, Invalid, Stale) as error:
        return _assign_page(mission_id, error)
    flash("La mission est attribuée. Le prestataire et l’établissement sont prévenus.", "good")
    return redirect(url_for("missions.view_mission", mission_id=mission_id), 303)


@blueprint.get("/staff/missions/acceptance")
@permission("acceptance_rule.set")
def acceptance_rule() -> Response:
    """How long a facility has to answer a delivery, and what its silence means."""
    return _rule_page()


@blueprint.post("/staff/missions/acceptance")
@permission("acceptance_rule.set")
def change_acceptance_rule() -> Response:
    """Change the rule, for the deliveries to come."""
    days = request.form.get("acceptance_days", "").strip()
    try:
        set_acceptance_rule(actor(), number(days, 3), request.form.get("silence_accepts") == "yes")
    except Invalid as error:
        return _rule_page(error)
    flash("La règle est enregistrée. Elle vaut pour les prochaines livraisons.", "good")
    return redirect(url_for(".view_board"), 303)


def _assign_page(mission_id: UUID, error: CrrcError | None = None) -> Response:
    found = assignment.view_candidates(actor(), mission_id)
    return page(
        "missions/assign.html",
        error.status if error else 200,
        found=found,
        mission=found.mission,
        starts=starting(found.mission),
        typed=request.form if error else {},
        errors=error.fields if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _rule_page(error: Invalid | None = None) -> Response:
    typed: dict[str, Any] = {"days": g.tenant.acceptance_days, "silence": g.tenant.silence_accepts}
    if error:
        typed = {
            "days": request.form.get("acceptance_days", ""),
            "silence": request.form.get("silence_accepts") == "yes",
        }
    return page("missions/rule.html", error.status if error else 200, typed=typed, errors=error.fields if error else {})


def _provider(text: str) -> UUID | None:
    """Nobody chosen by hand: the rule of the lot chooses."""
    if text == "rule":
        return None
    provider_id = identifier(text)
    if provider_id is None:
        raise Invalid("La mission n’est pas attribuée.", {"provider_id": "Choisissez un prestataire."})
    return provider_id
