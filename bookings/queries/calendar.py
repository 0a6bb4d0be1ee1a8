"""Appointments on a calendar: one query a view, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from bookings.models import Booking, Slot
from bookings.queries.session import Viewer
from kit.errors import NotFound
from services_catalog.models import Consultant, Provider
from tenants.models import Organisation


@dataclass(frozen=True, slots=True)
class Appointment:
    """A slot and what it names. `mission_id` is that of a single appointment; `organisation` whom it is for, if one."""

    slot: Slot
    provider: str
    consultant: Consultant
    organisation: str | None
    mission_id: UUID | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A day (or one of its halves) that holds something: its first appointments, and how many there are in all."""

    on: date
    half: str
    total: int
    first: Sequence[Appointment]


def list_appointments(
    session: Session,
    viewer: Viewer,
    starts_at: datetime,
    ends_at: datetime,
    limit: int,
    *,
    after: UUID | None = None,
    provider_id: UUID | None = None,
) -> Sequence[Appointment]:
    """The open appointments that begin in [starts_at, ends_at), in order of time; those that follow slot `after`."""
    query = _ROWS.where(*_seen(viewer, starts_at, ends_at, provider_id))
    if after is not None:
        before = select(Slot.starts_at).where(Slot.id == after).scalar_subquery()
        query = query.where(tuple_(Slot.starts_at, Slot.id) > tuple_(before, literal(after)))
    rows = session.execute(query.order_by(Slot.starts_at, Slot.id).limit(limit))
    return [Appointment(*row) for row in rows]


def list_cells(
    session: Session,
    viewer: Viewer,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    shown: int,
    *,
    by_half: bool = False,
    provider_id: UUID | None = None,
) -> Sequence[Cell]:
    """Each day (or half-day) of the zone in [starts_at, ends_at) that holds something, its first `shown` written out.

    The database counts and keeps the first ones: two thousand appointments come back as a few dozen rows.
    """
    local = func.timezone(zone, Slot.starts_at)
    day = cast(local, Date).label("day")
    half = (case((func.date_part("hour", local) < 13, "am"), else_="pm") if by_half else literal("")).label("half")
    cell = select(Slot.id, Slot.starts_at, day, half).where(*_seen(viewer, starts_at, ends_at, provider_id)).cte("cell")
    where = [cell.c.day, cell.c.half]
    total = func.count().over(partition_by=where).label("total")
    rank = func.row_number().over(partition_by=where, order_by=[cell.c.starts_at, cell.c.id]).label("rank")
    ranked = select(cell, total, rank).subquery()
    query = (
        _ROWS.add_columns(ranked.c.day, ranked.c.half, ranked.c.total)
        .join(ranked, ranked.c.id == Slot.id)
        .where(ranked.c.rank <= shown)
        .order_by(ranked.c.day, ranked.c.half, Slot.starts_at, Slot.id)
    )
    cells: dict[tuple[date, str], tuple[int, list[Appointment]]] = {}
    for *row, on, part, count in session.execute(query):
        cells.setdefault((on, part), (count, []))[1].append(Appointment(*row))
    return [Cell(on, part, count, first) for (on, part), (count, first) in cells.items()]


def get_appointment(session: Session, slot_id: UUID) -> Appointment:
    """One slot, open or not. Raises NotFound."""
    found = session.execute(_ROWS.where(Slot.id == slot_id)).first()
    if found is None:
        raise NotFound()
    return Appointment(*found)


def list_providers(session: Session) -> Sequence[Provider]:
    """The providers one may filter by, by name."""
    return session.scalars(select(Provider).order_by(Provider.name, Provider.id)).all()


def _seen(
    viewer: Viewer, starts_at: datetime, ends_at: datetime, provider_id: UUID | None
) -> list[ColumnElement[bool]]:
    """Open, in time, and one's own: as provider, as facility of an appointment, or by places in a session."""
    conditions = [Slot.state == "open", Slot.starts_at >= starts_at, Slot.starts_at < ends_at]
    if provider_id is not None:
        conditions.append(Slot.provider_id == provider_id)
    if viewer.everything:
        return conditions
    mine = viewer.organisation_ids
    seats = select(Booking.slot_id).where(Booking.organisation_id.in_(mine), Booking.state == "taken")
    return [
        *conditions,
        or_(
            Slot.provider_id.in_(mine),
            and_(Slot.kind == "single", Slot.organisation_id.in_(mine)),
            Slot.id.in_(seats),
        ),
    ]


def _rows() -> Select[*tuple[Any, ...]]:
    booking = and_(
        Booking.tenant_id == Slot.tenant_id,
        Booking.slot_id == Slot.id,
        Booking.state == "taken",
        Slot.kind == "single",
    )
    return (
        select(Slot, Provider.name, Consultant, Organisation.name, Booking.mission_id)
        .join(Provider, and_(Provider.tenant_id == Slot.tenant_id, Provider.id == Slot.provider_id))
        .join(Consultant, and_(Consultant.tenant_id == Slot.tenant_id, Consultant.id == Slot.consultant_id))
        .outerjoin(
            Organisation, and_(Organisation.tenant_id == Slot.tenant_id, Organisation.id == Slot.organisation_id)
        )
        .outerjoin(Booking, booking)
    )


_ROWS = _rows()
