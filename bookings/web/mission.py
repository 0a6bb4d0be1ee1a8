"""Missions for those who ask for them and those who do them: the list, one mission, each step of it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.rules.delivery import OPEN_TO_FILES
from bookings.rules.details import shown_contact
from bookings.rules.file_type import ACCEPT, ACCEPTED
from bookings.rules.mission_words import MODE_LABELS, VIEW_LABELS
from bookings.rules.satisfaction import ANSWERS, QUESTIONS
from bookings.service import acceptance, delivery, mission_reading
from bookings.service.dropping import drop_mission
from bookings.service.satisfaction import answer_satisfaction
from bookings.web import mission_words as words
from kit.errors import CrrcError
from kit.french import weight
from kit.typed import number
from kit.web import actor, page, permission, revision_sent

blueprint = Blueprint("missions", __name__)
GRADES_ONLY = ("unassigned", "unplanned", "delivered")


@blueprint.get("/missions")
@permission("mission.view")
def my_missions() -> Response:
    """The missions of one's organisations, what waits for the reader first; everybody's for the GRADeS."""
    view, looked_for = request.args.get("view", "current"), request.args.get("words", "")
    found = mission_reading.list_missions(actor(), view, looked_for, number(request.args.get("page", "1")) or 1)
    asked = {name: request.args[name] for name in ("view", "words") if request.args.get(name)}
    views = [(key, text) for key, text in VIEW_LABELS.items() if found.everybody or key not in GRADES_ONLY]
    return page(
        "missions/list.html",
        found=found,
        cards=[words.card(row, actor(), found.wanted.on) for row in found.rows],
        views=views,
        asked=asked,
        page_url=lambda number: f"{url_for('.my_missions')}?{urlencode(asked | {'page': number})}",
    )


@blueprint.get("/missions/<uuid:mission_id>")
@permission("mission.view")
def view_mission(mission_id: UUID) -> Response:
    """One mission: where it stands, who does what next, what was delivered."""
    return mission_page(mission_id)


@blueprint.post("/missions/<uuid:mission_id>/start")
@permission("mission.start")
def start(mission_id: UUID) -> Response:
    """The work begins."""
    done = "La mission a commencé."
    return move(mission_id, done, lambda: delivery.start_mission(actor(), mission_id, revision_sent()))


@blueprint.post("/missions/<uuid:mission_id>/deliver")
@permission("mission.deliver")
def deliver(mission_id: UUID) -> Response:
    """The work is done."""
    done = "La prestation est livrée. L’établissement est prévenu."
    return move(mission_id, done, lambda: delivery.deliver_mission(actor(), mission_id, revision_sent()))


@blueprint.post("/missions/<uuid:mission_id>/accept")
@permission("mission.accept")
def accept(mission_id: UUID) -> Response:
    """The service is done: what was read is accepted."""
    form, done = request.form, "La prestation est acceptée. Le prestataire et le GRADeS sont prévenus."
    name, function, seen = form.get("name", ""), form.get("function", ""), form.get("seen", "")
    return move(mission_id, done, lambda: acceptance.accept_mission(actor(), mission_id, name, function, seen))


@blueprint.post("/missions/<uuid:mission_id>/reserve")
@permission("mission.reserve")
def reserve(mission_id: UUID) -> Response:
    """Something is wrong with what was delivered."""
    text, done = request.form.get("text", ""), "Vos réserves sont enregistrées. Le prestataire est prévenu."
    return move(mission_id, done, lambda: acceptance.reserve_mission(actor(), mission_id, text, revision_sent()))


@blueprint.post("/missions/<uuid:mission_id>/cancel")
@permission("mission.cancel")
def cancel(mission_id: UUID) -> Response:
    """A mission without an order is given up."""
    done = "La mission est annulée. Ses demi-journées sont de nouveau disponibles."
    return move(mission_id, done, lambda: drop_mission(actor(), mission_id, revision_sent()))


@blueprint.post("/missions/<uuid:mission_id>/satisfaction")
@permission("satisfaction.answer")
def satisfaction(mission_id: UUID) -> Response:
    """Three questions."""
    answers = {name: number(request.form.get(name, "")) for name in QUESTIONS}
    comment, done = request.form.get("comment", ""), "Merci\N{NO-BREAK SPACE}! Votre avis est enregistré."
    return move(mission_id, done, lambda: answer_satisfaction(actor(), mission_id, answers, comment))


def move(mission_id: UUID, done: str, act: Callable[[], object]) -> Response:
    """Do it and come back to the mission; what is refused is said on the mission's page as it is now."""
    try:
        act()
    except CrrcError as error:
        if error.status not in (409, 412, 422):
            raise
        return mission_page(mission_id, error)
    flash(done, "good")
    return redirect(url_for("missions.view_mission", mission_id=mission_id), 303)


def mission_page(mission_id: UUID, error: CrrcError | None = None) -> Response:
    """The page of a mission, maybe with what has just been refused and what was typed."""
    found = mission_reading.view_mission(actor(), mission_id)
    names = found.facility.name, found.provider.name if found.provider else None
    return page(
        "missions/view.html",
        error.status if error else 200,
        found=found,
        mission=found.mission,
        step=words.standing(found.mission, *names, found.on, found.side),
        steps=words.timeline(found),
        contact=shown_contact(found.order.contact) if found.order else [],
        modes=MODE_LABELS,
        tenant_days=g.tenant.acceptance_days,
        takes_files=found.mission.state in OPEN_TO_FILES,
        documents=words.documents(found),
        document_choices=words.document_choices(found),
        weight=weight,
        accepted_types=ACCEPTED,
        accept=ACCEPT,
        questions=QUESTIONS,
        answers=[{"value": value, "text": text} for value, text in ANSWERS.items()],
        **_typed(error),
    )


def _typed(error: CrrcError | None) -> dict[str, Any]:
    """What was typed comes back with its faults; a refusal without a field stands above the page."""
    return {
        "typed": request.form if error else {},
        "errors": error.fields if error else {},
        "refusal": error.sentence if error and not error.fields else None,
    }
