"""Slots and the places taken in them, of the session's tenant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bookings.models import Booking, Slot, WaitingEntry
from bookings.rules.travel import Kept
from kit.errors import NotFound
from services_catalog.models import Consultant


def get_slot(session: Session, tenant_id: UUID, slot_id: UUID, lock: bool = False) -> Slot:
    """A slot; `lock` reads it anew and makes whoever counts its places take turns. Raises NotFound."""
    slot = session.get(Slot, (tenant_id, slot_id), with_for_update=lock or None, populate_existing=lock)
    if slot is None:
        raise NotFound()
    return slot


def lock_consultants(session: Session, ids: Collection[UUID]) -> Mapping[UUID, Consultant]:
    """Some consultants, by id: whoever writes in a calendar takes turns, so that no two wait for one another."""
    query = select(Consultant).where(Consultant.id.in_(ids)).order_by(Consultant.id)
    found = session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True))
    return {consultant.id: consultant for consultant in found}


def find_clash(session: Session, consultant: Consultant, time: Kept, besides: UUID) -> Slot | None:
    """The first open slot of a consultant, other than `besides`, that touches this time, travel included."""
    query = select(Slot).where(
        Slot.provider_id == consultant.provider_id,
        Slot.consultant_id == consultant.id,
        Slot.state == "open",
        Slot.id != besides,
        Slot.blocked_from < time.blocked_until,
        Slot.blocked_until > time.blocked_from,
    )
    return session.scalar(query.order_by(Slot.starts_at, Slot.id).limit(1))


def count_places(session: Session, slot_id: UUID, places: int, now: datetime) -> bool:
    """Count `places` more as taken, in one statement, unless that is more than there are. False: nothing changed."""
    counted = session.scalar(
        update(Slot)
        .where(
            Slot.id == slot_id,
            Slot.kind == "group",
            Slot.state == "open",
            Slot.starts_at > now,
            Slot.taken + places <= Slot.capacity,
        )
        .values(taken=Slot.taken + places)
        .returning(Slot.id)
        .execution_options(synchronize_session=False)
    )
    return counted is not None


def list_taken(session: Session, mission_id: UUID) -> Sequence[Booking]:
    """The places a mission holds, in the order their slots are locked."""
    query = select(Booking).where(Booking.mission_id == mission_id, Booking.state == "taken")
    return session.scalars(query.order_by(Booking.slot_id, Booking.id)).all()


def list_bookings(session: Session, slot_id: UUID) -> Sequence[Booking]:
    """The places taken in a slot, in order of arrival."""
    query = select(Booking).where(Booking.slot_id == slot_id, Booking.state == "taken")
    return session.scalars(query.order_by(Booking.id)).all()


def list_waiting(session: Session, slot_id: UUID, *states: str) -> Sequence[WaitingEntry]:
    """Who waits for a slot, in order of arrival."""
    query = select(WaitingEntry).where(WaitingEntry.slot_id == slot_id, WaitingEntry.state.in_(states))
    return session.scalars(query.order_by(WaitingEntry.id)).all()


def list_slots_of(session: Session, mission_id: UUID) -> Sequence[Slot]:
    """The open slots where a mission has its time or its places, the first one first."""
    query = (
        select(Slot)
        .join(Booking, (Booking.slot_id == Slot.id) & (Booking.tenant_id == Slot.tenant_id))
        .where(Booking.mission_id == mission_id, Booking.state == "taken", Slot.state == "open")
    )
    return session.scalars(query.order_by(Slot.starts_at, Slot.id)).all()
