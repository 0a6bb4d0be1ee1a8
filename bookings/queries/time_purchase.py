"""What became of the half-days that orders bought: carry-overs and transfers take them from packet to packet."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from bookings.models import Order, TimeAccount, TimeEntry, TimeMovement, TimePacket

MOVED = ("carry_over", "transfer")


def lock_buyers(session: Session, packet_ids: Collection[UUID]) -> Sequence[Order]:
    """The placed orders that bought what came into these packets, directly or not; locked, in the order of ids."""
    path = select(TimePacket).where(TimePacket.id.in_(packet_ids)).cte(recursive=True)
    parent = aliased(TimePacket)
    came_from = and_(parent.tenant_id == path.c.tenant_id, parent.id == path.c.source_id, path.c.source.in_(MOVED))
    path = path.union(select(parent).join(path, came_from))
    bought = select(path.c.source_id).where(path.c.source == "order")
    query = select(Order).where(Order.id.in_(bought), Order.state == "placed").order_by(Order.id)
    return session.scalars(query.with_for_update()).all()


def left_of(session: Session, order_id: UUID) -> int:
    """Half-days of an order that are still available or reserved, wherever they went."""
    query = select(func.sum(TimeAccount.balance)).where(TimeAccount.packet_id.in_(_packets_of(order_id)))
    return int(session.scalar(query) or 0)


def used_of(session: Session, order_id: UUID) -> int:
    """Half-days of an order that missions consumed, wherever they went; what a correction took back is not counted."""
    undone = aliased(TimeMovement)
    query = (
        select(func.sum(-TimeEntry.half_days))
        .join(TimeAccount, and_(TimeAccount.tenant_id == TimeEntry.tenant_id, TimeAccount.id == TimeEntry.account_id))
        .join(
            TimeMovement, and_(TimeMovement.tenant_id == TimeEntry.tenant_id, TimeMovement.id == TimeEntry.movement_id)
        )
        .outerjoin(undone, and_(undone.tenant_id == TimeMovement.tenant_id, undone.id == TimeMovement.reverses_id))
        .where(
            TimeAccount.packet_id.in_(_packets_of(order_id)),
            func.coalesce(undone.kind, TimeMovement.kind) == "consume",
        )
    )
    return int(session.scalar(query) or 0)


def packets_of_mission(session: Session, mission_id: UUID) -> Sequence[UUID]:
    """The packets that a mission drew from."""
    query = (
        select(TimeAccount.packet_id)
        .join(TimeEntry, and_(TimeEntry.tenant_id == TimeAccount.tenant_id, TimeEntry.account_id == TimeAccount.id))
        .join(
            TimeMovement, and_(TimeMovement.tenant_id == TimeEntry.tenant_id, TimeMovement.id == TimeEntry.movement_id)
        )
        .where(TimeMovement.mission_id == mission_id, TimeAccount.packet_id.is_not(None))
        .distinct()
    )
    return [packet_id for packet_id in session.scalars(query) if packet_id is not None]


def _packets_of(order_id: UUID) -> Select[UUID]:
    """The packet that an order bought, and those that carry-overs and transfers made of it."""
    path = select(TimePacket).where(TimePacket.source == "order", TimePacket.source_id == order_id).cte(recursive=True)
    child = aliased(TimePacket)
    went_to = and_(child.tenant_id == path.c.tenant_id, child.source_id == path.c.id, child.source.in_(MOVED))
    path = path.union(select(child).join(path, went_to))
    return select(path.c.id)
