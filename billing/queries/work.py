"""Accepted work, and what of it was never charged."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.models import InvoiceLine
from bookings.models import Entitlement, Mission, Order
from campaigns.models import Award


def list_unbilled(session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Orders that are complete, or were cancelled late, and that no line was ever made of; the oldest first."""
    complete = and_(Order.state == "completed", Order.total_cents > 0, ~_charged("order"))
    cancelled = and_(Order.state == "cancelled", Order.fee_cents > 0, ~_charged("order_fee"))
    query = select(Order.id).where(or_(complete, cancelled)).order_by(Order.id).limit(limit)
    return session.scalars(query.where(Order.id > after) if after else query).all()


def count_unbilled(session: Session) -> int:
    """How many of them there are."""
    complete = and_(Order.state == "completed", Order.total_cents > 0, ~_charged("order"))
    cancelled = and_(Order.state == "cancelled", Order.fee_cents > 0, ~_charged("order_fee"))
    return session.scalar(select(func.count()).select_from(Order).where(or_(complete, cancelled))) or 0


def last_acceptance(session: Session, order_id: UUID) -> datetime | None:
    """When the last mission of an order was accepted."""
    query = select(func.max(Mission.accepted_at)).where(Mission.order_id == order_id, Mission.state == "accepted")
    return session.scalar(query)


def find_grant(session: Session, entitlement_id: UUID) -> tuple[Entitlement, UUID] | None:
    """An entitlement, and the campaign whose award gave it."""
    query = (
        select(Entitlement, Award.campaign_id)
        .join(Award, and_(Award.tenant_id == Entitlement.tenant_id, Award.id == Entitlement.award_id))
        .where(Entitlement.id == entitlement_id)
    )
    found = session.execute(query).one_or_none()
    return (found[0], found[1]) if found else None


def _charged(source: str) -> ColumnElement[bool]:
    return (
        select(InvoiceLine.id)
        .where(
            InvoiceLine.tenant_id == Order.tenant_id,
            InvoiceLine.order_id == Order.id,
            InvoiceLine.source == source,
            InvoiceLine.credits_id.is_(None),
        )
        .exists()
    )
