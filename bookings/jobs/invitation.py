"""Invitations by mail: whoever comes to an appointment is told of it, of its moves and its end, in their calendar."""

from collections.abc import Iterator, Sequence

from bookings.models import Booking, Mission
from bookings.queries import guest as people
from bookings.queries.calendar import Appointment, get_appointment
from bookings.queries.guest import Guest
from bookings.rules.halves import when
from bookings.rules.ical import Person, invitation
from bookings.service.meeting import meeting_of, page_of
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many
from tenants.models import Tenant

NEW, MOVED, CANCELLED = "appointment", "appointment_moved", "appointment_cancelled"
WHY_FACILITY = "Vous recevez ce message parce que vous organisez cette intervention dans votre organisme."
WHY_PROVIDER = "Vous recevez ce message parce que ce rendez-vous est le vôtre."


def invite(tx: Tx, message: OutboxMessage) -> None:
    """A new slot (slot.open): its consultant, and the facility of a single appointment."""
    appointment = get_appointment(tx.session, message.subject_id)
    if appointment.slot.state == "open":
        bookings = people.bookings_to_tell(tx.session, appointment.slot.id)
        _tell(tx, message, NEW, appointment, bookings, True)


def tell_move(tx: Tx, message: OutboxMessage) -> None:
    """A slot moved (slot.move): everybody who comes."""
    appointment = get_appointment(tx.session, message.subject_id)
    if appointment.slot.state == "open":
        bookings = people.bookings_to_tell(tx.session, appointment.slot.id)
        _tell(tx, message, MOVED, appointment, bookings, True)


def tell_cancellation(tx: Tx, message: OutboxMessage) -> None:
    """A slot cancelled (slot.cancel): everybody who came, whose places were given back in the same transaction."""
    appointment = get_appointment(tx.session, message.subject_id)
    bookings = people.bookings_to_tell(tx.session, appointment.slot.id, message.emitted_at)
    _tell(tx, message, CANCELLED, appointment, bookings, True)


def invite_buyer(tx: Tx, message: OutboxMessage) -> None:
    """Places taken in a session (booking.take): who took them."""
    booking, mission = people.get_booking(tx.session, tx.tenant_id, message.subject_id)
    appointment = get_appointment(tx.session, booking.slot_id)
    if booking.state == "taken":
        _tell(tx, message, NEW, appointment, [(booking, mission)], False)


def tell_release(tx: Tx, message: OutboxMessage) -> None:
    """Places given back (booking.release) in a session that goes on without them; otherwise slot.cancel tells."""
    booking, mission = people.get_booking(tx.session, tx.tenant_id, message.subject_id)
    appointment = get_appointment(tx.session, booking.slot_id)
    if appointment.slot.kind == "group" and appointment.slot.state == "open":
        _tell(tx, message, CANCELLED, appointment, [(booking, mission)], False)


def _tell(
    tx: Tx,
    message: OutboxMessage,
    what: str,
    appointment: Appointment,
    bookings: Sequence[tuple[Booking, Mission]],
    with_consultant: bool,
) -> None:
    guests = people.guests(tx.session, bookings)
    missions = {booking.id: mission.id for booking, mission in bookings}

    def told() -> Iterator[tuple[Guest, str, bool]]:
        for booking, _ in bookings:
            for guest in guests[booking.id]:
                yield guest, page_of(appointment, missions[booking.id]), False
        if with_consultant:
            consultant, single = appointment.consultant, appointment.slot.kind == "single"
            mission_id = bookings[0][1].id if single and bookings else None
            guest = Guest(consultant.email, consultant.name, consultant.user_id)
            yield guest, page_of(appointment, mission_id), True

    tenant = tx.session.get_one(Tenant, tx.tenant_id)
    notify_many(tx, [_notice(message, what, appointment, tenant, *one) for one in told()])


def _notice(
    message: OutboxMessage,
    what: str,
    appointment: Appointment,
    tenant: Tenant,
    guest: Guest,
    page: str,
    for_provider: bool,
) -> NewNotice:
    slot = appointment.slot
    meeting = meeting_of(
        appointment,
        tenant,
        page=page,
        written_at=message.emitted_at,
        is_cancelled=what == CANCELLED,
        for_provider=for_provider,
    )
    return NewNotice(
        key=f"{what}:{message.id}:{guest.email.lower()}",
        template=f"bookings/{what}",
        subject_id=slot.id,
        email=guest.email,
        user_id=guest.user_id,
        path=page,
        context={
            "slot": slot,
            "when": when(slot.starts_at, slot.ends_at, tenant.zone),
            "provider": appointment.provider,
            "consultant": appointment.consultant.name,
            "organisation": appointment.organisation,
            "for_provider": for_provider,
            "why": WHY_PROVIDER if for_provider else WHY_FACILITY,
            "action_text": "Voir la séance" if page.startswith("/sessions/") else "Voir la mission",
        },
        calendar=invitation(
            meeting, tenant.zone, Person(tenant.name, tenant.contact_email), Person(guest.name, guest.email)
        ),
    )
