"""Packets and accounts of the time ledger, as whoever writes in it needs them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import Session

from bookings.models import TimeAccount, TimeEntry, TimeMovement, TimePacket
from kit.errors import NotFound
from services_catalog.models import ServiceVersion

NO_PACKET = "Ce lot de demi-journées n’existe pas, ou vous n’y avez pas accès."
NO_MOVEMENT = "Ce mouvement n’existe pas, ou vous n’y avez pas accès."


class AccountRow(NamedTuple):
    """An account as it stands. `packet_id` is None for the tenant's own."""

    id: UUID
    kind: str
    packet_id: UUID | None
    balance: int


def get_packet(session: Session, packet_id: UUID) -> TimePacket:
    """A packet. Raises NotFound."""
    found = session.scalar(select(TimePacket).where(TimePacket.id == packet_id))
    if found is None:
        raise NotFound(NO_PACKET)
    return found


def get_movement(session: Session, movement_id: UUID) -> TimeMovement:
    """A movement. Raises NotFound."""
    found = session.scalar(select(TimeMovement).where(TimeMovement.id == movement_id))
    if found is None:
        raise NotFound(NO_MOVEMENT)
    return found


def find_reversal(session: Session, movement_id: UUID) -> TimeMovement | None:
    """The movement that takes this one back."""
    return session.scalar(select(TimeMovement).where(TimeMovement.reverses_id == movement_id))


def list_packets(session: Session, packet_ids: Collection[UUID]) -> Sequence[TimePacket]:
    """These packets, in the order of their ids."""
    return session.scalars(select(TimePacket).where(TimePacket.id.in_(packet_ids)).order_by(TimePacket.id)).all()


def list_usable(
    session: Session, organisation_id: UUID, finess_et: str | None, on: date, version_id: UUID | None = None
) -> Sequence[TimePacket]:
    """The packets that an establishment may draw from on a day: its own and the organisation's.

    `finess_et` None: those of the whole organisation alone, for the others are kept for their establishment.
    `version_id` is the version of the service to be done: those bought for another one are left out.
    """
    service = select(ServiceVersion.service_id).where(ServiceVersion.id == version_id).scalar_subquery()
    fits = or_(TimePacket.service_id.is_(None), TimePacket.service_id == service) if version_id else true()
    return session.scalars(
        select(TimePacket)
        .where(
            TimePacket.organisation_id == organisation_id,
            or_(TimePacket.finess_et.is_(None), TimePacket.finess_et == finess_et),
            TimePacket.starts_on <= on,
            TimePacket.expires_on >= on,
            fits,
        )
        .order_by(TimePacket.expires_on, TimePacket.id)
    ).all()


def list_accounts(
    session: Session, packet_ids: Collection[UUID], kinds: Collection[str] = (), lock: bool = False
) -> Sequence[AccountRow]:
    """The accounts of some packets, and the tenant's of these kinds; locked on request, always in the order of ids."""
    query = (
        select(TimeAccount.id, TimeAccount.kind, TimeAccount.packet_id, TimeAccount.balance)
        .where(
            or_(
                TimeAccount.packet_id.in_(packet_ids),
                and_(TimeAccount.packet_id.is_(None), TimeAccount.kind.in_(kinds)),
            )
        )
        .order_by(TimeAccount.id)
    )
    rows = session.execute(query.with_for_update() if lock else query)
    return [AccountRow(*row) for row in rows]


def available_in(session: Session, packet_id: UUID) -> int:
    """What is available in a packet, whatever the day."""
    query = select(TimeAccount.balance).where(TimeAccount.packet_id == packet_id, TimeAccount.kind == "available")
    return session.scalar(query) or 0


def reserved_for(session: Session, mission_id: UUID) -> dict[UUID, int]:
    """Half-days still reserved for a mission, by packet."""
    query = (
        select(TimeAccount.packet_id, func.sum(TimeEntry.half_days))
        .join(
            TimeMovement, and_(TimeMovement.tenant_id == TimeEntry.tenant_id, TimeMovement.id == TimeEntry.movement_id)
        )
        .join(TimeAccount, and_(TimeAccount.tenant_id == TimeEntry.tenant_id, TimeAccount.id == TimeEntry.account_id))
        .where(TimeMovement.mission_id == mission_id, TimeAccount.kind == "reserved")
        .group_by(TimeAccount.packet_id)
        .having(func.sum(TimeEntry.half_days) != 0)
    )
    return {packet_id: number for packet_id, number in session.execute(query) if packet_id is not None}


def entries_of(session: Session, movement_id: UUID) -> dict[tuple[str, UUID | None], int]:
    """The lines of a movement: half-days by (kind of account, packet)."""
    query = (
        select(TimeAccount.kind, TimeAccount.packet_id, TimeEntry.half_days)
        .join(TimeEntry, and_(TimeEntry.tenant_id == TimeAccount.tenant_id, TimeEntry.account_id == TimeAccount.id))
        .where(TimeEntry.movement_id == movement_id)
    )
    return {(kind, packet_id): number for kind, packet_id, number in session.execute(query)}
