"""Time of consultants and places in it, as steps. The database has the last word: no overlap, no place sold twice.

Whoever plans calls these in this order of locks: order, mission, consultant, slot, time accounts, lot.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bookings.models import Booking, Mission, Slot
from bookings.queries import slot as slots
from bookings.rules.halves import when
from bookings.rules.places import refusal
from bookings.rules.states import BOOKING, SLOT
from bookings.rules.travel import Kept, kept
from bookings.service.waiting import serve_waiting
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.french import NBSP
from kit.transaction import Tx
from services_catalog.models import Consultant, Provider
from tenants.models import Tenant

OVERLAP = "ex_slot_overlap"
NOT_THEIRS = "Ce consultant n’est pas, ou n’est plus, un consultant de ce prestataire."
JUST_TAKEN = f"Quelqu’un vient de prendre ces places{NBSP}: rechargez la page pour voir celles qui restent."


def hold_slot(
    tx: Tx, mission: Mission, consultant_id: UUID, starts_at: datetime, ends_at: datetime, place: str = ""
) -> Slot:
    """Keep a consultant's time for a mission, travel included; aware instants.

    Raises Conflict naming the clash when the consultant is not free, Invalid when not of the mission's provider.
    """
    consultant = take_turn(tx, consultant_id, mission.provider_id)
    slot = Slot(
        id=uuid7(),
        provider_id=consultant.provider_id,
        consultant_id=consultant.id,
        service_version_id=mission.service_version_id,
        organisation_id=mission.organisation_id,
        kind="single",
        title=mission.title,
        place=place,
        capacity=1,
        taken=1,
        state=SLOT.initial,
        created_at=tx.now,
    )
    open_slot(tx, slot, consultant, starts_at, ends_at)
    _book(tx, slot.id, mission, 1)
    return slot


def open_slot(tx: Tx, slot: Slot, consultant: Consultant, starts_at: datetime, ends_at: datetime) -> None:
    """Write a new slot at that time, for a consultant whose turn it is. Raises Conflict naming the clash."""
    time = _time(tx, consultant, starts_at, ends_at)
    with _free(tx, slot.id, consultant, time):
        _put(slot, consultant, time)
        tx.add(slot)
    tell(tx, "slot.open", slot)


def move_slot(tx: Tx, slot: Slot, starts_at: datetime, ends_at: datetime, consultant_id: UUID | None = None) -> None:
    """Move an open slot to another time, maybe to another consultant of the provider, and tell everybody.

    Raises Conflict naming the clash; the slot then stays. The slot need not be locked: its consultant comes first.
    """
    consultant = take_turn(tx, consultant_id or slot.consultant_id, slot.provider_id)
    slot = slots.get_slot(tx.session, tx.tenant_id, slot.id, lock=True)
    if slot.state != "open":
        raise Conflict(SLOT.moves["cancel"].refusal)
    time = _time(tx, consultant, starts_at, ends_at)
    with _free(tx, slot.id, consultant, time):
        _put(slot, consultant, time)
        slot.revision += 1
    tell(tx, "slot.move", slot)


def take_places(tx: Tx, slot_id: UUID, mission: Mission, places: int) -> Booking:
    """Take places of a group session for a mission. Raises Conflict when there are not so many left, or it began."""
    if not slots.count_places(tx.session, slot_id, places, tx.now):
        slot = slots.get_slot(tx.session, tx.tenant_id, slot_id)
        left = slot.capacity - slot.taken
        raise Conflict(refusal(slot.kind, slot.state, slot.starts_at, tx.now, left, places) or JUST_TAKEN)
    booking = _book(tx, slot_id, mission, places)
    tx.emit("booking.take", booking.id)
    return booking


def release_slots(tx: Tx, mission_id: UUID) -> None:
    """Give back all the time and places a mission holds: appointments are cancelled, places go to who waits first."""
    for booking in slots.list_taken(tx.session, mission_id):
        release_booking(tx, slots.get_slot(tx.session, tx.tenant_id, booking.slot_id, lock=True), booking)


def release_booking(tx: Tx, slot: Slot, booking: Booking) -> None:
    """Give back the places of one booking in a locked slot."""
    booking.released_at = tx.now
    tx.advance(booking, BOOKING, "release", places=booking.places)
    slot.taken -= booking.places
    if slot.kind == "single" and slot.state == "open":
        cancel_slot(tx, slot)
    tx.session.flush()
    serve_waiting(tx, slot)


def cancel_slot(tx: Tx, slot: Slot) -> None:
    """Cancel a locked slot: its consultant is free again. Its bookings are the caller's to release."""
    slot.revision += 1
    tx.advance(slot, SLOT, "cancel")


def take_turn(tx: Tx, consultant_id: UUID, provider_id: UUID | None) -> Consultant:
    """The consultant, once nobody else is writing in their calendar. Raises Invalid when not the provider's."""
    consultant = slots.lock_consultants(tx.session, [consultant_id]).get(consultant_id)
    if consultant is None or not consultant.active or consultant.provider_id != provider_id:
        raise Invalid(NOT_THEIRS, {"consultant_id": NOT_THEIRS})
    return consultant


def _book(tx: Tx, slot_id: UUID, mission: Mission, places: int) -> Booking:
    booking = Booking(
        id=uuid7(),
        slot_id=slot_id,
        mission_id=mission.id,
        organisation_id=mission.organisation_id,
        places=places,
        state=BOOKING.initial,
        booked_by=tx.actor.user_id,
        booked_at=tx.now,
    )
    tx.add(booking)
    tx.audit("booking.take", booking.id, slot_id=str(slot_id), places=places)
    return booking


def _time(tx: Tx, consultant: Consultant, starts_at: datetime, ends_at: datetime) -> Kept:
    provider = tx.session.get_one(Provider, (tx.tenant_id, consultant.provider_id))
    return kept(starts_at, ends_at, provider.travel_minutes)


def _put(slot: Slot, consultant: Consultant, time: Kept) -> None:
    slot.consultant_id = consultant.id
    slot.starts_at, slot.ends_at = time.starts_at, time.ends_at
    slot.blocked_from, slot.blocked_until = time.blocked_from, time.blocked_until


def tell(tx: Tx, what: str, slot: Slot) -> None:
    """Say that a slot was opened or moved, to whoever keeps a calendar with it."""
    tx.audit(what, slot.id, consultant_id=str(slot.consultant_id), starts_at=slot.starts_at.isoformat())
    tx.emit(what, slot.id)


@contextmanager
def _free(tx: Tx, slot_id: UUID, consultant: Consultant, time: Kept) -> Iterator[None]:
    """Write what the database may refuse under a savepoint, and say with what it clashes; what came before stands."""
    try:
        with tx.session.begin_nested():
            yield
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", None) != OVERLAP:
            raise
        raise Conflict(_clash(tx, slot_id, consultant, time)) from error


def _clash(tx: Tx, slot_id: UUID, consultant: Consultant, time: Kept) -> str:
    other = slots.find_clash(tx.session, consultant, time, slot_id)
    if other is None:
        return f"{consultant.name} n’est plus libre à ce moment."
    zone = tx.session.get_one(Tenant, tx.tenant_id).zone
    near = other.ends_at <= time.starts_at or other.starts_at >= time.ends_at
    way = ", et il faut le temps du trajet" if near else ""
    return f"{consultant.name} a déjà un rendez-vous le {when(other.starts_at, other.ends_at, zone)}{way}."
