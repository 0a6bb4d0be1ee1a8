"""What organisations have: packets with what is left in them, balances by place and by day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from bookings.models import TimeAccount, TimeEntry, TimeMovement, TimePacket
from services_catalog.models import Service, ServiceVersion

_OF_ACCOUNT = and_(TimeEntry.tenant_id == TimeAccount.tenant_id, TimeEntry.account_id == TimeAccount.id)
_OF_MOVEMENT = and_(TimeMovement.tenant_id == TimeEntry.tenant_id, TimeMovement.id == TimeEntry.movement_id)


@dataclass(frozen=True, slots=True)
class PacketLine:
    """A packet and what is left in it. `received` is what it began with, `service` the title it was bought for."""

    packet: TimePacket
    available: int
    reserved: int
    received: int
    service: str


def list_packet_lines(session: Session, organisation_id: UUID, since: date) -> Sequence[PacketLine]:
    """The packets of an organisation that lasted until `since` or hold half-days, the soonest to expire first."""
    available, reserved = aliased(TimeAccount), aliased(TimeAccount)
    query = (
        select(TimePacket, available.balance, reserved.balance, ServiceVersion.title)
        .join(available, _of_packet(available, "available"))
        .join(reserved, _of_packet(reserved, "reserved"))
        .outerjoin(Service, and_(Service.tenant_id == TimePacket.tenant_id, Service.id == TimePacket.service_id))
        .outerjoin(
            ServiceVersion,
            and_(
                ServiceVersion.tenant_id == Service.tenant_id,
                ServiceVersion.service_id == Service.id,
                ServiceVersion.number == Service.version,
            ),
        )
        .where(
            TimePacket.organisation_id == organisation_id,
            (TimePacket.expires_on >= since) | (available.balance + reserved.balance > 0),
        )
        .order_by(TimePacket.expires_on, TimePacket.id)
    )
    rows = session.execute(query).all()
    began_with = received(session, [packet.id for packet, _, _, _ in rows])
    return [
        PacketLine(packet, free, held, began_with.get(packet.id, 0), title or "") for packet, free, held, title in rows
    ]


def available_by_place(session: Session, organisation_id: UUID, on: date) -> Mapping[str | None, int]:
    """What may be drawn on a day, by establishment (None: what is the whole organisation's)."""
    query = (
        select(TimePacket.finess_et, func.sum(TimeAccount.balance))
        .join(TimeAccount, _of_packet(TimeAccount, "available"))
        .where(TimePacket.organisation_id == organisation_id, TimePacket.starts_on <= on, TimePacket.expires_on >= on)
        .group_by(TimePacket.finess_et)
    )
    return {finess_et: int(number) for finess_et, number in session.execute(query)}


def available_by_service(session: Session, organisation_id: UUID, on: date) -> Mapping[UUID | None, int]:
    """What may be drawn on a day, by the service it was bought for (None: what is for any)."""
    query = (
        select(TimePacket.service_id, func.sum(TimeAccount.balance))
        .join(TimeAccount, _of_packet(TimeAccount, "available"))
        .where(TimePacket.organisation_id == organisation_id, TimePacket.starts_on <= on, TimePacket.expires_on >= on)
        .group_by(TimePacket.service_id)
    )
    return {service_id: int(number) for service_id, number in session.execute(query)}


def standing(session: Session, organisation_id: UUID) -> Mapping[tuple[str | None, str], int]:
    """Where the half-days of an organisation are: by establishment (None: the whole) and kind of account."""
    kept = (
        select(TimePacket.finess_et, TimeAccount.kind, func.sum(TimeAccount.balance))
        .join(TimeAccount, and_(TimeAccount.tenant_id == TimePacket.tenant_id, TimeAccount.packet_id == TimePacket.id))
        .where(TimePacket.organisation_id == organisation_id)
        .group_by(TimePacket.finess_et, TimeAccount.kind)
    )
    left = (
        select(TimeAccount.kind, func.sum(TimeEntry.half_days))
        .join(TimeEntry, _OF_ACCOUNT)
        .join(TimeMovement, _OF_MOVEMENT)
        .where(TimeMovement.organisation_id == organisation_id, TimeAccount.kind.in_(("consumed", "expired")))
        .group_by(TimeAccount.kind)
    )
    found = {(finess_et, kind): int(number) for finess_et, kind, number in session.execute(kept)}
    return found | {(None, kind): int(number) for kind, number in session.execute(left)}


def received(session: Session, packet_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """What each packet began with: the lines of its first movement."""
    first = (
        select(TimeAccount.packet_id, TimeEntry.half_days)
        .join(TimeEntry, _OF_ACCOUNT)
        .where(TimeAccount.packet_id.in_(packet_ids), TimeAccount.kind == "available")
        .order_by(TimeAccount.packet_id, TimeEntry.movement_id)
        .ext(distinct_on(TimeAccount.packet_id))
    )
    return {row.packet_id: row.half_days for row in session.execute(first) if row.packet_id is not None}


def _of_packet(account: type[TimeAccount], kind: str) -> ColumnElement[bool]:
    return and_(account.tenant_id == TimePacket.tenant_id, account.packet_id == TimePacket.id, account.kind == kind)
