"""How busy providers are."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from bookings.models import Mission
from tenants.models import Tenant

NO_LOAD = ("created", "cancelled")


def half_days_by_provider(
    session: Session, month_start: date, provider_ids: Collection[UUID], without: UUID | None = None
) -> dict[UUID, int]:
    """Half-days of missions that each provider has taken in a month (0 for none).

    A mission weighs on the month of its date, and until it has one on the month it was assigned: what is promised
    counts before it is planned. `without` leaves one mission out (the one being assigned).
    """
    last = month_start.replace(day=monthrange(month_start.year, month_start.month)[1])
    day = cast(func.timezone(Tenant.zone, func.coalesce(Mission.starts_at, Mission.assigned_at)), Date)
    query = (
        select(Mission.provider_id, func.sum(Mission.half_days))
        .join(Tenant, Tenant.id == Mission.tenant_id)
        .where(
            Mission.provider_id.in_(provider_ids),
            Mission.state.not_in(NO_LOAD),
            day.between(month_start.replace(day=1), last),
        )
        .group_by(Mission.provider_id)
    )
    if without is not None:
        query = query.where(Mission.id != without)
    taken = {provider_id: half_days for provider_id, half_days in session.execute(query) if provider_id is not None}
    return dict.fromkeys(provider_ids, 0) | taken
