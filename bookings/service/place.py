"""Taking places in a group session: in one click, order included; or waiting for one, served in order of arrival."""

from uuid import UUID

from bookings.models import Booking, Slot, WaitingEntry
from bookings.permissions import PERMISSIONS
from bookings.queries import session as sessions
from bookings.queries.mission import lock_with_order
from bookings.rules.places import BEGUN, CANCELLED
from bookings.rules.quantity import read_quantity
from bookings.rules.states import WAITING
from bookings.service.seat import buy, enter, lock, open_session, refuse, refuse_twice, seat
from bookings.service.waiting import close_offer
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.french import count
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation


def book_places(actor: Actor, slot_id: UUID, organisation_id: UUID, places: object = 1) -> Booking:
    """Take places in a session, and order them, in one act; an order that waits for a session is used first.

    Raises Conflict (full, begun, ceiling, no right, a second person is needed…), Invalid (places), NotFound.
    """
    with transaction(actor) as tx:
        row, buyer = enter(tx, slot_id, organisation_id)
        permit(PERMISSIONS, actor, "booking.take", buyer)
        wanted = read_quantity(places, "places")
        refuse(tx, row.slot, wanted)  # most of those who come too late stop here, and lock nothing
        waiting_for_one = sessions.list_homeless(tx.session, row, [buyer.id], 1)
        if waiting_for_one:
            return seat(tx, row, waiting_for_one[0][0])
        return buy(tx, row, buyer, wanted)


def seat_mission(actor: Actor, slot_id: UUID, mission_id: UUID) -> Booking:
    """Give a mission that is ordered its place in a session. For the GRADeS, on behalf of a facility, or for itself."""
    with transaction(actor) as tx:
        row = open_session(tx, slot_id)
        mission = lock_with_order(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "mission.plan", mission)
        permit(PERMISSIONS, actor, "booking.take", mission)
        return seat(tx, row, mission)


def join_waiting(actor: Actor, slot_id: UUID, organisation_id: UUID, places: object = 1) -> WaitingEntry:
    """Wait for places in a session that has not enough of them. Asking twice is waiting once."""
    with transaction(actor) as tx:
        row, buyer = enter(tx, slot_id, organisation_id)
        permit(PERMISSIONS, actor, "waiting.join", buyer)
        wanted = read_quantity(places, "places")
        slot = lock(tx, row.slot)
        existing = sessions.find_waiting(tx.session, slot.id, buyer.id)
        if existing is not None:
            return existing
        _check_wait(tx, slot, buyer, wanted)
        entry = WaitingEntry(
            id=uuid7(),
            slot_id=slot.id,
            organisation_id=buyer.id,
            places=wanted,
            state=WAITING.initial,
            joined_by=actor.user_id,
            joined_at=tx.now,
        )
        tx.add(entry)
        tx.audit("waiting.join", entry.id, slot_id=str(slot.id), places=wanted)
        return entry


def take_offer(actor: Actor, slot_id: UUID, organisation_id: UUID) -> Booking:
    """Take the places that are offered, before the offer ends. Raises Conflict afterwards, or without an offer."""
    with transaction(actor) as tx:
        row, buyer = enter(tx, slot_id, organisation_id)
        entry = sessions.find_waiting(tx.session, slot_id, buyer.id)
        if entry is None:
            raise Conflict(WAITING.moves["take"].refusal)
        permit(PERMISSIONS, actor, "waiting.take", entry)
        WAITING.target(entry.state, "take")
        waiting_for_one = sessions.list_homeless(tx.session, row, [buyer.id], 1)
        if waiting_for_one:
            return seat(tx, row, waiting_for_one[0][0], entry)
        return buy(tx, row, buyer, entry.places, entry)


def leave_waiting(actor: Actor, slot_id: UUID, organisation_id: UUID) -> WaitingEntry:
    """Give up waiting, or an offer: it goes to the next one."""
    with transaction(actor) as tx:
        row, buyer = enter(tx, slot_id, organisation_id)
        slot = lock(tx, row.slot)
        entry = sessions.find_waiting(tx.session, slot.id, buyer.id)
        if entry is None:
            raise Conflict(WAITING.moves["leave"].refusal)
        permit(PERMISSIONS, actor, "waiting.leave", entry)
        close_offer(tx, slot, entry, "leave")
        return entry


def _check_wait(tx: Tx, slot: Slot, buyer: Organisation, places: int) -> None:
    if slot.state != "open":
        raise Conflict(CANCELLED)
    if tx.now >= slot.starts_at:
        raise Conflict(BEGUN)
    if places > slot.capacity:
        raise Invalid(
            "Cette demande ne peut pas être prise.",
            {"places": f"Cette séance a {count(slot.capacity, 'place')} en tout."},
        )
    refuse_twice(tx, slot, buyer.id)
    if slot.capacity - slot.taken >= places:
        raise Conflict("Il reste assez de places dans cette séance\N{NO-BREAK SPACE}: prenez-les sans attendre.")
