"""What the GRADeS watches: half-days asked and possible, by month."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, cast, func, literal_column, select
from sqlalchemy.orm import Session

from bookings.models import Entitlement, Mission
from bookings.rules.capacity import last_day
from services_catalog.models import FrameworkAgreement, Lot, LotHolder, Provider, Service, ServiceVersion
from tenants.models import Tenant

ByMonth = Mapping[date | None, int]


def planned_by_month(session: Session, starts: Sequence[date]) -> ByMonth:
    """Half-days of the missions that have a date, done or to be done."""
    day = cast(func.timezone(Tenant.zone, Mission.starts_at), Date)
    query = (
        select(_month(day), func.sum(Mission.half_days))
        .join(Tenant, Tenant.id == Mission.tenant_id)
        .where(Mission.state != "cancelled", day.between(starts[0], last_day(starts[-1])))
    )
    return _by_month(session, query.group_by(_month(day)))


def to_plan_by_month(session: Session) -> ByMonth:
    """Half-days of the missions without a date, by the month of their last day."""
    query = select(_month(Mission.due_on), func.sum(Mission.half_days)).where(
        Mission.state.in_(("created", "assigned")), Mission.starts_at.is_(None)
    )
    return _by_month(session, query.group_by(_month(Mission.due_on)))


def granted_by_month(session: Session) -> ByMonth:
    """Half-days of the rights that nobody has used yet, by the month of their last day."""
    query = (
        select(_month(Entitlement.expires_on), func.sum(Entitlement.quantity * ServiceVersion.half_days))
        .join(Service, and_(Service.tenant_id == Entitlement.tenant_id, Service.id == Entitlement.service_id))
        .join(
            ServiceVersion,
            and_(
                ServiceVersion.tenant_id == Service.tenant_id,
                ServiceVersion.service_id == Service.id,
                ServiceVersion.number == Service.version,
            ),
        )
        .where(Entitlement.state == "open")
    )
    return _by_month(session, query.group_by(_month(Entitlement.expires_on)))


def capacity_by_month(session: Session, starts: Sequence[date]) -> Mapping[date, int]:
    """Half-days that the active holders of the agreements in force can do, each provider counted once a month."""
    rows = session.execute(
        select(Provider.id, Provider.capacity_half_days, FrameworkAgreement.starts_on, FrameworkAgreement.ends_on)
        .join(LotHolder, and_(LotHolder.tenant_id == Provider.tenant_id, LotHolder.provider_id == Provider.id))
        .join(Lot, and_(Lot.tenant_id == LotHolder.tenant_id, Lot.id == LotHolder.lot_id))
        .join(
            FrameworkAgreement,
            and_(FrameworkAgreement.tenant_id == Lot.tenant_id, FrameworkAgreement.id == Lot.agreement_id),
        )
        .where(Provider.state == "active")
    ).all()
    found = {}
    for start in starts:
        able = {row[0]: row[1] for row in rows if row[2] <= last_day(start) and row[3] >= start}
        found[start] = sum(able.values())
    return found


def _month(day: ColumnElement[Any] | Any) -> ColumnElement[Any]:
    return cast(func.date_trunc(literal_column("'month'"), day), Date)


def _by_month(session: Session, query: Any) -> ByMonth:
    return {month: int(half_days) for month, half_days in session.execute(query)}
