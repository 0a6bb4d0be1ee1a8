"""What says when consultants are free: their weeks, their exceptions, what they have already."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bookings.models import AvailabilityException, AvailabilityRule, Slot
from bookings.rules.availability import Busy, Diary, Exceptional, WeeklyRule
from bookings.rules.halves import HalfDay, midnight
from kit.errors import NotFound
from services_catalog.models import Consultant, Provider

_MARGIN = timedelta(days=2)


def get_consultant(session: Session, tenant_id: UUID, consultant_id: UUID) -> Consultant:
    """A consultant, active or not. Raises NotFound."""
    consultant = session.get(Consultant, (tenant_id, consultant_id))
    if consultant is None:
        raise NotFound()
    return consultant


def list_consultants(session: Session, provider_id: UUID | None) -> Sequence[Consultant]:
    """The active consultants of a provider (None: of all), by name."""
    query = select(Consultant).where(Consultant.active).order_by(Consultant.name, Consultant.id)
    return session.scalars(query if provider_id is None else query.where(Consultant.provider_id == provider_id)).all()


def list_rules(session: Session, consultant_ids: Collection[UUID], on: date) -> Sequence[AvailabilityRule]:
    """The rules of some consultants' weeks that hold on a day or later."""
    return session.scalars(
        select(AvailabilityRule)
        .where(
            AvailabilityRule.consultant_id.in_(consultant_ids),
            or_(AvailabilityRule.ends_on.is_(None), AvailabilityRule.ends_on >= on),
        )
        .order_by(AvailabilityRule.weekday, AvailabilityRule.half, AvailabilityRule.starts_on)
    ).all()


def list_exceptions(
    session: Session, consultant_ids: Collection[UUID], first: date, last: date | None = None
) -> Sequence[AvailabilityException]:
    """The exceptions of some consultants from a day on, by day."""
    query = select(AvailabilityException).where(
        AvailabilityException.consultant_id.in_(consultant_ids), AvailabilityException.on >= first
    )
    if last is not None:
        query = query.where(AvailabilityException.on <= last)
    return session.scalars(query.order_by(AvailabilityException.on, AvailabilityException.half)).all()


def diaries(
    session: Session, consultants: Sequence[Consultant], provider: Provider, zone: str, first: date, last: date
) -> dict[UUID, Diary]:
    """The diaries of some consultants of a provider between two days (included), in three queries, in their order."""
    ids = [consultant.id for consultant in consultants]
    rules: dict[UUID, list[WeeklyRule]] = {one: [] for one in ids}
    said: dict[UUID, list[Exceptional]] = {one: [] for one in ids}
    busy: dict[UUID, list[Busy]] = {one: [] for one in ids}
    for rule in list_rules(session, ids, first):
        rules[rule.consultant_id].append(WeeklyRule(rule.weekday, rule.half, rule.starts_on, rule.ends_on))
    for one in list_exceptions(session, ids, first, last):
        said[one.consultant_id].append(Exceptional(HalfDay(one.on, one.half), one.available))
    kept = select(Slot.consultant_id, Slot.blocked_from, Slot.blocked_until).where(
        Slot.provider_id == provider.id,
        Slot.consultant_id.in_(ids),
        Slot.state == "open",
        Slot.blocked_from < midnight(last, zone) + _MARGIN,
        Slot.blocked_until > midnight(first, zone) - _MARGIN,
    )
    for consultant_id, blocked_from, blocked_until in session.execute(kept.order_by(Slot.starts_at)):
        busy[consultant_id].append(Busy(blocked_from, blocked_until))
    return {
        one.id: Diary(rules[one.id], said[one.id], busy[one.id], one.department, provider.travel_minutes, zone)
        for one in consultants
    }
