"""Time on calendars: when consultants are free, slots, places in them, who waits for one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bookings.rules.states import BOOKING, HALVES, SLOT, SLOT_KINDS, WAITING
from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key


class AvailabilityRule(OwnedByTenant, Identified, Base):
    """A consultant works on this half-day of every week, both days included (None: still). `weekday` 0 is Monday."""

    __tablename__ = "availability_rule"
    __table_args__ = (
        tenant_key("consultant_id", "consultant"),
        CheckConstraint("weekday between 0 and 6", "weekday"),
        CheckConstraint(one_of("half", HALVES), "half"),
        CheckConstraint("starts_on <= ends_on", "dates"),
        Index(None, "tenant_id", "consultant_id"),
    )

    consultant_id: Mapped[UUID]
    weekday: Mapped[int]
    half: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class AvailabilityException(OwnedByTenant, Base):
    """One half-day that does not follow the rule: worked although it should not be, or the reverse."""

    __tablename__ = "availability_exception"
    __table_args__ = (tenant_key("consultant_id", "consultant"), CheckConstraint(one_of("half", HALVES), "half"))

    consultant_id: Mapped[UUID] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    half: Mapped[str] = mapped_column(primary_key=True)
    available: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")


class Slot(OwnedByTenant, Identified, Base):
    """A consultant's appointment, with so many places. Two slots of one consultant never overlap, travel included.

    `blocked_from` and `blocked_until` add the travel. `taken` counts the places taken or offered: the database itself
    refuses one too many. `organisation_id` keeps a group session to one gestionnaire, and is the facility of a single
    appointment. `revision` is the iCalendar SEQUENCE.
    """

    __tablename__ = "slot"
    __table_args__ = (
        tenant_key("provider_id", "provider"),
        tenant_key("consultant_id", "consultant"),
        tenant_key("service_version_id", "service_version"),
        tenant_key("organisation_id", "organisation"),
        CheckConstraint(one_of("kind", SLOT_KINDS), "kind"),
        CheckConstraint(one_of("state", SLOT.states), "state"),
        CheckConstraint("starts_at < ends_at", "order"),
        CheckConstraint("blocked_from <= starts_at and ends_at <= blocked_until", "blocked"),
        CheckConstraint("capacity > 0", "capacity"),
        CheckConstraint("taken between 0 and capacity", "taken"),
        ExcludeConstraint(
            (column("tenant_id"), "="),
            (column("consultant_id"), "="),
            (text("tstzrange(blocked_from, blocked_until)"), "&&"),
            using="gist",
            where=text("state = 'open'"),
            name="ex_slot_overlap",
        ),
        Index(None, "tenant_id", "starts_at"),
        Index(None, "tenant_id", "provider_id", "starts_at"),
        Index(None, "tenant_id", "organisation_id", "starts_at"),
    )

    provider_id: Mapped[UUID]
    consultant_id: Mapped[UUID]
    service_version_id: Mapped[UUID]
    organisation_id: Mapped[UUID | None]
    kind: Mapped[str]
    title: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime] = mapped_column(INSTANT)
    ends_at: Mapped[datetime] = mapped_column(INSTANT)
    blocked_from: Mapped[datetime] = mapped_column(INSTANT)
    blocked_until: Mapped[datetime] = mapped_column(INSTANT)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=SLOT.initial)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class Booking(OwnedByTenant, Identified, Base):
    """Places taken in a slot for a mission."""

    __tablename__ = "booking"
    __table_args__ = (
        tenant_key("slot_id", "slot"),
        tenant_key("mission_id", "mission"),
        tenant_key("organisation_id", "organisation"),
        CheckConstraint(one_of("state", BOOKING.states), "state"),
        CheckConstraint("places > 0", "places"),
        Index(
            "uq_booking_taken",
            "tenant_id",
            "slot_id",
            "mission_id",
            unique=True,
            postgresql_where=text("state = 'taken'"),
        ),
        Index(None, "tenant_id", "mission_id"),
        Index(None, "tenant_id", "organisation_id"),
    )

    slot_id: Mapped[UUID]
    mission_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    places: Mapped[int]
    state: Mapped[str] = mapped_column(default=BOOKING.initial)
    booked_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    booked_at: Mapped[datetime] = mapped_column(INSTANT)
    released_at: Mapped[datetime | None] = mapped_column(INSTANT)


class WaitingEntry(OwnedByTenant, Identified, Base):
    """Somebody waits for places in a slot, by order of arrival (`id`); offered ones are kept to `offer_ends_at`."""

    __tablename__ = "waiting_entry"
    __table_args__ = (
        tenant_key("slot_id", "slot"),
        tenant_key("organisation_id", "organisation"),
        CheckConstraint(one_of("state", WAITING.states), "state"),
        CheckConstraint("places > 0", "places"),
        CheckConstraint("(state = 'offered') <= (offer_ends_at is not null)", "offered"),
        Index(
            "uq_waiting_entry_live",
            "tenant_id",
            "slot_id",
            "organisation_id",
            unique=True,
            postgresql_where=text("state in ('waiting', 'offered')"),
        ),
    )

    slot_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    places: Mapped[int]
    state: Mapped[str] = mapped_column(default=WAITING.initial)
    joined_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    joined_at: Mapped[datetime] = mapped_column(INSTANT)
    offer_ends_at: Mapped[datetime | None] = mapped_column(INSTANT)


class CalendarFeed(OwnedByTenant, Base):
    """A person's calendar has a secret address, a seal of `generation`: a new generation makes the old address dead."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    generation: Mapped[int] = mapped_column(default=1)
    renewed_at: Mapped[datetime] = mapped_column(INSTANT)
