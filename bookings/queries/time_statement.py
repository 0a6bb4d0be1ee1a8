"""The entries of an organisation's packets, in the order of a statement."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from bookings.models import Mission, TimeAccount, TimeEntry, TimeMovement, TimePacket
from bookings.rules.time_statement import Balance, Entry

_ACCOUNT = and_(TimeAccount.tenant_id == TimeEntry.tenant_id, TimeAccount.id == TimeEntry.account_id)
_MOVEMENT = and_(TimeMovement.tenant_id == TimeEntry.tenant_id, TimeMovement.id == TimeEntry.movement_id)
_PACKET = and_(TimePacket.tenant_id == TimeAccount.tenant_id, TimePacket.id == TimeAccount.packet_id)
_MISSION = and_(Mission.tenant_id == TimeMovement.tenant_id, Mission.id == TimeMovement.mission_id)
_ORDER = (TimeMovement.effective_on, TimeMovement.id)


def balance_on(session: Session, organisation_id: UUID, on: date) -> Balance:
    """What an organisation had at the end of a day, from the entries themselves."""
    query = (
        select(TimeAccount.kind, func.sum(TimeEntry.half_days))
        .select_from(TimeEntry)
        .join(TimeAccount, _ACCOUNT)
        .join(TimeMovement, _MOVEMENT)
        .join(TimePacket, _PACKET)
        .where(TimePacket.organisation_id == organisation_id, TimeMovement.effective_on <= on)
        .group_by(TimeAccount.kind)
    )
    return Balance(**{kind: int(number) for kind, number in session.execute(query)})


def list_entries(session: Session, organisation_id: UUID, since: date, until: date) -> Sequence[Entry]:
    """The entries of a period, both days included."""
    within = TimeMovement.effective_on.between(since, until)
    return _entries(session, _query().where(TimePacket.organisation_id == organisation_id, within))


def list_entries_of(session: Session, organisation_id: UUID, movement_id: UUID) -> Sequence[Entry]:
    """The entries of one movement, on the packets of an organisation."""
    return _entries(
        session, _query().where(TimePacket.organisation_id == organisation_id, TimeMovement.id == movement_id)
    )


def list_movements_after(session: Session, organisation_id: UUID, after: UUID | None, limit: int) -> Sequence[Entry]:
    """The entries of a page of movements, in the order of a statement; those that follow movement `after`."""
    page = (
        select(TimeMovement.effective_on, TimeMovement.id)
        .where(TimeMovement.id.in_(_touching(organisation_id)))
        .order_by(*_ORDER)
        .limit(limit)
    )
    if after is not None:
        last = select(*_ORDER).where(TimeMovement.id == after).scalar_subquery()
        page = page.where(tuple_(*_ORDER) > last)
    ids = [row.id for row in session.execute(page)]
    mine = TimePacket.organisation_id == organisation_id
    return _entries(session, _query().where(mine, TimeMovement.id.in_(ids)))


def _touching(organisation_id: UUID) -> Select[UUID]:
    return (
        select(TimeEntry.movement_id)
        .join(TimeAccount, _ACCOUNT)
        .join(TimePacket, _PACKET)
        .where(TimePacket.organisation_id == organisation_id)
    )


def _query() -> Select[*tuple[Any, ...]]:
    reversed_one, reversal = aliased(TimeMovement), aliased(TimeMovement)
    it_reverses = and_(reversed_one.tenant_id == TimeMovement.tenant_id, reversed_one.id == TimeMovement.reverses_id)
    corrected = select(reversal.id).where(
        reversal.tenant_id == TimeMovement.tenant_id, reversal.reverses_id == TimeMovement.id
    )
    return (
        select(
            TimeMovement.id,
            TimeMovement.kind,
            TimeMovement.effective_on,
            TimeMovement.note,
            TimeMovement.mission_id,
            Mission.number,
            reversed_one.kind,
            corrected.exists(),
            TimePacket.id,
            TimePacket.finess_et,
            TimePacket.expires_on,
            TimeAccount.kind,
            TimeEntry.half_days,
        )
        .select_from(TimeEntry)
        .join(TimeAccount, _ACCOUNT)
        .join(TimeMovement, _MOVEMENT)
        .join(TimePacket, _PACKET)
        .outerjoin(Mission, _MISSION)
        .outerjoin(reversed_one, it_reverses)
        .order_by(*_ORDER, TimePacket.expires_on, TimePacket.id, TimeAccount.kind)
    )


def _entries(session: Session, query: Select[*tuple[Any, ...]]) -> Sequence[Entry]:
    return [Entry(*row) for row in session.execute(query)]
