"""Who is told of an appointment: its consultant, and for each facility its contact and whoever booked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bookings.models import Booking, Mission, Order, Slot
from services_catalog.models import Consultant
from tenants.models import OrganisationMember, User

WRITERS = ("owner", "editor")


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to tell, for one booking; `user_id` when they have an account in the facility."""

    email: str
    name: str
    user_id: UUID | None


def bookings_to_tell(
    session: Session, slot_id: UUID, released_at: datetime | None = None
) -> Sequence[tuple[Booking, Mission]]:
    """The bookings taken in a slot; with `released_at`, those given back at that instant."""
    query = select(Booking, Mission).join(
        Mission, and_(Mission.tenant_id == Booking.tenant_id, Mission.id == Booking.mission_id)
    )
    state = Booking.state == "taken" if released_at is None else Booking.released_at == released_at
    query = query.where(Booking.slot_id == slot_id, state).order_by(Booking.id)
    return [(booking, mission) for booking, mission in session.execute(query)]


def get_booking(session: Session, tenant_id: UUID, booking_id: UUID) -> tuple[Booking, Mission]:
    """One booking and its mission."""
    booking = session.get_one(Booking, (tenant_id, booking_id))
    return booking, session.get_one(Mission, (tenant_id, booking.mission_id))


def guests(session: Session, bookings: Sequence[tuple[Booking, Mission]]) -> Mapping[UUID, list[Guest]]:
    """Whom to tell for each booking: the order's contact and whoever booked; without either, those who write there."""
    contacts = _contacts(session, [mission.order_id for _, mission in bookings if mission.order_id])
    members = list_members(session, {booking.organisation_id for booking, _ in bookings})
    found: dict[UUID, list[Guest]] = {}
    for booking, mission in bookings:
        inside = members.get(booking.organisation_id, [])
        by_email = {guest.email.lower(): guest for guest, _ in inside}
        named = [guest for guest, _ in inside if guest.user_id == booking.booked_by]
        contact = contacts.get(mission.order_id) if mission.order_id else None
        if contact is not None:
            named.insert(0, by_email.get(contact.email.lower(), contact))
        chosen = named or [guest for guest, role in inside if role in WRITERS]
        found[booking.id] = list({guest.email.lower(): guest for guest in chosen}.values())
    return found


def list_invited(session: Session, mission_id: UUID) -> frozenset[str]:
    """The addresses, in small letters, of whoever has an invitation to the appointments of a mission."""
    rows = session.execute(
        select(Booking, Mission, Consultant.email)
        .join(Mission, and_(Mission.tenant_id == Booking.tenant_id, Mission.id == Booking.mission_id))
        .join(Slot, and_(Slot.tenant_id == Booking.tenant_id, Slot.id == Booking.slot_id))
        .join(Consultant, and_(Consultant.tenant_id == Slot.tenant_id, Consultant.id == Slot.consultant_id))
        .where(Booking.mission_id == mission_id, Booking.state == "taken")
    ).all()
    coming = guests(session, [(booking, mission) for booking, mission, _ in rows])
    addresses = [guest.email for some in coming.values() for guest in some] + [email for *_, email in rows]
    return frozenset(address.lower() for address in addresses)


def list_members(session: Session, organisation_ids: Collection[UUID]) -> Mapping[UUID, list[tuple[Guest, str]]]:
    """The people of some organisations, with their role, in the order they came."""
    query = (
        select(OrganisationMember.organisation_id, User.email, User.name, User.id, OrganisationMember.role)
        .join(User, User.id == OrganisationMember.user_id)
        .where(OrganisationMember.organisation_id.in_(organisation_ids))
        .order_by(OrganisationMember.joined_at, User.id)
    )
    found: dict[UUID, list[tuple[Guest, str]]] = {}
    for organisation_id, email, name, user_id, role in session.execute(query):
        found.setdefault(organisation_id, []).append((Guest(email, name, user_id), role))
    return found


def _contacts(session: Session, order_ids: Collection[UUID]) -> Mapping[UUID, Guest]:
    rows = session.execute(select(Order.id, Order.contact).where(Order.id.in_(order_ids)))
    return {
        order_id: Guest(contact["email"], contact.get("name", ""), None)
        for order_id, contact in rows
        if contact.get("email")
    }
