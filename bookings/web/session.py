"""Group sessions: the programme, one of them, and what a facility does there in one click."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.models import WaitingEntry
from bookings.permissions import PERMISSIONS
from bookings.queries.session import SessionRow
from bookings.rules import cancellation
from bookings.rules.halves import when
from bookings.service import place
from bookings.service import session as sessions
from bookings.service.session import Programme, Seat
from bookings.web.asked import identifier, maybe
from kit import clock
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import NBSP, count, instant
from kit.permissions import allows
from kit.web import actor, page, permission
from services_catalog.rules.price import Priced
from services_catalog.rules.service import read_service

blueprint = Blueprint("sessions", __name__)
SEATED = "C’est réservé. Une invitation part par courriel."


@blueprint.get("/sessions")
@permission("slot.view")
def list_sessions() -> Response:
    """The programme: sessions to come, the places left, one's own."""
    after = maybe(request.args.get("after", ""))
    found = sessions.view_programme(actor(), after)
    return page(
        "sessions/list.html",
        cards=[_card(row, found) for row in found.rows],
        following=url_for(".list_sessions", after=found.after) if found.after else None,
        first=url_for(".list_sessions") if after else None,
        new_url=url_for(".new") if found.may_open else None,
    )


@blueprint.get("/sessions/<uuid:slot_id>")
@permission("slot.view")
def view_session(slot_id: UUID) -> Response:
    """One session."""
    return show(slot_id)


@blueprint.post("/sessions/<uuid:slot_id>/places")
@permission("booking.take")
def book(slot_id: UUID) -> Response:
    """Take places: order included, or for a mission that is ordered already."""
    mission_id = maybe(request.form.get("mission", ""))

    def take_places() -> object:
        if mission_id:
            return place.seat_mission(actor(), slot_id, mission_id)
        return place.book_places(actor(), slot_id, _organisation(), request.form.get("places", "1"))

    return _answer(slot_id, take_places, SEATED)


@blueprint.post("/sessions/<uuid:slot_id>/waiting")
@permission("waiting.join")
def wait(slot_id: UUID) -> Response:
    """Wait for a place."""
    places = request.form.get("places", "1")
    done = "Vous êtes sur la liste d’attente. Rien n’est commandé."
    return _answer(slot_id, lambda: place.join_waiting(actor(), slot_id, _organisation(), places), done)


@blueprint.post("/sessions/<uuid:slot_id>/offer")
@permission("waiting.take")
def take(slot_id: UUID) -> Response:
    """Take the place that is offered."""
    return _answer(slot_id, lambda: place.take_offer(actor(), slot_id, _organisation()), SEATED)


@blueprint.post("/sessions/<uuid:slot_id>/leave")
@permission("waiting.leave")
def leave(slot_id: UUID) -> Response:
    """Give up waiting."""
    done = "Vous n’attendez plus de place dans cette séance."
    return _answer(slot_id, lambda: place.leave_waiting(actor(), slot_id, _organisation()), done, "info")


def show(slot_id: UUID, error: CrrcError | None = None) -> Response:
    """The page of a session, maybe with why nothing was done."""
    found = sessions.view_session(actor(), slot_id)
    row, slot = found.row, found.row.slot
    policy = read_service(row.version.document).cancellation
    return page(
        "sessions/view.html",
        error.status if error else 200,
        row=row,
        slot=slot,
        words=when(slot.starts_at, slot.ends_at, g.tenant.zone),
        left=_left(row),
        is_over=clock.now() >= slot.starts_at,
        policy=cancellation.in_words(policy),
        seats=[_seat(seat, row) for seat in found.seats],
        found=found,
        may_change=found.keeps and allows(PERMISSIONS, actor(), "slot.move", slot) and slot.state == "open",
        refusal=error.sentence if error else None,
        errors=dict(error.fields) if error else {},
    )


def _answer(slot_id: UUID, act: Callable[[], object], done: str, tone: str = "good") -> Response:
    """Do it and go back to the session; or say why nothing was done."""
    try:
        act()
    except Conflict as error:
        return _refused(slot_id, error)
    except Invalid as error:
        return show(slot_id, error)
    flash(done, tone)
    return redirect(url_for(".view_session", slot_id=slot_id), 303)


def _refused(slot_id: UUID, error: Conflict) -> Response:
    """Why nothing was taken, without all that the page of the session asks for."""
    return page("sessions/refused.html", error.status, slot_id=slot_id, sentence=error.sentence)


def _organisation() -> UUID:
    """Whom it is for: the one sent, or the only one the person buys for."""
    sent = request.form.get("organisation", "")
    if sent:
        return identifier(sent)
    held = [one for one in actor().organisations if one not in actor().suppliers]
    if len(held) != 1:
        raise Invalid("Pour quel organisme\N{NO-BREAK SPACE}?", {"organisation": "Choisissez un organisme."})
    return held[0]


def _left(row: SessionRow) -> str:
    if row.slot.state != "open":
        return "Annulée"
    return f"{count(row.left, 'place libre', 'places libres')} sur {row.slot.capacity}" if row.left > 0 else "Complète"


def _card(row: SessionRow, found: Programme) -> dict[str, Any]:
    slot = row.slot
    mine = sum(booking.places for booking in found.mine.get(slot.id, []))
    waiting = found.waiting.get(slot.id)
    return {
        "slot": slot,
        "title": slot.title,
        "href": url_for("sessions.view_session", slot_id=slot.id),
        "words": when(slot.starts_at, slot.ends_at, g.tenant.zone),
        "provider": row.provider.name,
        "left": _left(row),
        "is_full": row.left <= 0,
        "mine": f"{count(mine, 'place')} pour vous" if mine else "",
        "waiting": _waiting(waiting, 0) if waiting else "",
        "is_kept": slot.organisation_id is not None,
    }


def _seat(seat: Seat, row: SessionRow) -> dict[str, Any]:
    price = seat.price
    priced = isinstance(price, Priced)
    return {
        "organisation": seat.organisation,
        "priced": price if priced else None,
        "price_sentence": price.sentence,
        "places": sum(booking.places for booking in seat.bookings),
        "mission_id": seat.bookings[0].mission_id if seat.bookings else None,
        "waiting": seat.waiting,
        "waiting_words": _waiting(seat.waiting, seat.rank) if seat.waiting else "",
        "ordered": seat.ordered,
        "may_buy": seat.may_buy,
        "can_book": row.left > 0 and (priced or seat.ordered is not None),
    }


def _waiting(entry: WaitingEntry, rank: int) -> str:
    if entry.state == "offered" and entry.offer_ends_at is not None:
        return f"Une place vous est proposée jusqu’au {instant(entry.offer_ends_at, g.tenant.zone, weekday=True)}."
    place_in_line = f"{NBSP}: {'premier' if rank == 1 else f'{rank}e'} sur la liste" if rank else ""
    return f"Vous attendez {count(entry.places, 'place')}{place_in_line}."
