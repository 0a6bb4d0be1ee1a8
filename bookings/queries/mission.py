"""Missions, and what surrounds one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookings.models import Mission, Order
from kit.errors import NotFound
from services_catalog.models import Lot, PriceLine, PriceSchedule, Service, ServiceVersion


def get_mission(session: Session, tenant_id: UUID, mission_id: UUID, lock: bool = False) -> Mission:
    """A mission; `lock` reads it anew and makes whoever moves it take turns. Raises NotFound."""
    mission = session.get(Mission, (tenant_id, mission_id), with_for_update=lock or None, populate_existing=lock)
    if mission is None:
        raise NotFound()
    return mission


def lock_with_order(session: Session, tenant_id: UUID, mission_id: UUID) -> Mission:
    """A mission under lock, and its order before it: everybody locks in that order. Raises NotFound."""
    order_id = get_mission(session, tenant_id, mission_id).order_id
    if order_id is not None:
        session.get(Order, (tenant_id, order_id), with_for_update=True, populate_existing=True)
    return get_mission(session, tenant_id, mission_id, lock=True)


def service_of(session: Session, tenant_id: UUID, mission: Mission) -> tuple[Service, ServiceVersion]:
    """The service a mission does, and the version that was ordered."""
    version = session.get_one(ServiceVersion, (tenant_id, mission.service_version_id))
    return session.get_one(Service, (tenant_id, version.service_id)), version


def list_lots_selling(session: Session, service_id: UUID) -> Sequence[Lot]:
    """The lots whose published schedules have a line for a service: where a mission without an order finds holders."""
    schedules = (
        select(PriceSchedule.lot_id)
        .join(PriceLine, PriceLine.schedule_id == PriceSchedule.id)
        .where(PriceLine.service_id == service_id, PriceSchedule.state == "published")
    )
    return session.scalars(select(Lot).where(Lot.id.in_(schedules)).order_by(Lot.number, Lot.id)).all()
