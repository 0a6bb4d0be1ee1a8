"""All the accounts of the tenant: what was given against what became of it; and whether the books are true."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, case, func, select, tuple_
from sqlalchemy.orm import Session

from bookings.models import TimeAccount, TimeEntry, TimeMovement, TimePacket
from tenants.models import Organisation

PAGE = 50
_ENTRY = and_(TimeEntry.tenant_id == TimeAccount.tenant_id, TimeEntry.account_id == TimeAccount.id)
_MOVEMENT = and_(TimeMovement.tenant_id == TimeEntry.tenant_id, TimeMovement.id == TimeEntry.movement_id)
_PACKET = and_(TimeAccount.tenant_id == TimePacket.tenant_id, TimeAccount.packet_id == TimePacket.id)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose accounts: those of `ids`; those whose name or FINESS number has `text`; else all that have half-days."""

    ids: Collection[UUID] | None = None
    text: str = ""
    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Line:
    """An organisation's account. Given and purchased are what it received itself; `moved` what transfers added."""

    organisation: Organisation
    granted: int
    purchased: int
    available: int
    reserved: int
    consumed: int
    expired: int
    soon: int
    next_on: date | None

    @property
    def received(self) -> int:
        """All that came to it and stayed, whatever became of it."""
        return self.available + self.reserved + self.consumed + self.expired

    @property
    def moved(self) -> int:
        """What transfers from (or to) other organisations added (or took)."""
        return self.received - self.granted - self.purchased


class Fault(NamedTuple):
    """An account whose balance is not what its entries sum to."""

    account_id: UUID
    kind: str
    packet_id: UUID | None
    balance: int
    entries: int


def list_accounts(session: Session, whose: Whose, today: date, soon_on: date) -> Sequence[Line]:
    """A page of accounts, by the names of their organisations; `soon` is what expires from today to `soon_on`."""
    place = (Organisation.name, Organisation.id)
    query = select(Organisation).where(Organisation.kind == "legal_entity").order_by(*place).limit(whose.limit)
    if whose.ids is not None:
        query = query.where(Organisation.id.in_(whose.ids))
    elif whose.text:
        number = Organisation.finess_ej.startswith(whose.text, autoescape=True)
        query = query.where(Organisation.name.icontains(whose.text, autoescape=True) | number)
    else:
        query = query.where(Organisation.id.in_(select(TimePacket.organisation_id).distinct()))
    if whose.after is not None:
        last = select(*place).where(Organisation.id == whose.after).scalar_subquery()
        query = query.where(tuple_(*place) > last)
    found = session.scalars(query).all()
    ids = [one.id for one in found]
    gone, kept = _gone(session, ids), _kept(session, ids, today, soon_on)
    return [
        Line(
            one,
            -gone[one.id]["granted"],
            -gone[one.id]["purchased"],
            kept[one.id]["available"],
            kept[one.id]["reserved"],
            gone[one.id]["consumed"],
            gone[one.id]["expired"],
            kept[one.id]["soon"],
            kept[one.id].get("next_on"),
        )
        for one in found
    ]


def tenant_totals(session: Session) -> Mapping[str, int]:
    """The balance of all accounts, by kind."""
    query = select(TimeAccount.kind, func.sum(TimeAccount.balance)).group_by(TimeAccount.kind)
    return {kind: int(number) for kind, number in session.execute(query)}


def list_faults(session: Session) -> Sequence[Fault]:
    """The accounts whose balance differs from the sum of their entries. None, while the database holds."""
    entries = func.coalesce(func.sum(TimeEntry.half_days), 0)
    query = (
        select(TimeAccount.id, TimeAccount.kind, TimeAccount.packet_id, TimeAccount.balance, entries)
        .outerjoin(TimeEntry, _ENTRY)
        .group_by(TimeAccount.id, TimeAccount.kind, TimeAccount.packet_id, TimeAccount.balance)
        .having(entries != TimeAccount.balance)
        .order_by(TimeAccount.id)
    )
    return [Fault(*row) for row in session.execute(query)]


def list_unbalanced(session: Session) -> Sequence[UUID]:
    """The movements that do not sum to zero. None, while the database holds."""
    query = select(TimeEntry.movement_id).group_by(TimeEntry.movement_id).having(func.sum(TimeEntry.half_days) != 0)
    return session.scalars(query.order_by(TimeEntry.movement_id)).all()


def _gone(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, defaultdict[str, int]]:
    """What movements of each organisation put into the tenant's own accounts, by kind."""
    query = (
        select(TimeMovement.organisation_id, TimeAccount.kind, func.sum(TimeEntry.half_days))
        .select_from(TimeEntry)
        .join(TimeMovement, _MOVEMENT)
        .join(TimeAccount, _ENTRY)
        .where(TimeMovement.organisation_id.in_(ids), TimeAccount.packet_id.is_(None))
        .group_by(TimeMovement.organisation_id, TimeAccount.kind)
    )
    found: dict[UUID, defaultdict[str, int]] = {one: defaultdict(int) for one in ids}
    for owner, kind, number in session.execute(query):
        found[owner][kind] = int(number)
    return found


def _kept(session: Session, ids: Sequence[UUID], today: date, soon_on: date) -> Mapping[UUID, defaultdict[str, Any]]:
    """What is in each organisation's packets, by kind; `soon` is what expires from today to `soon_on`."""
    is_soon = and_(TimeAccount.kind == "available", TimePacket.expires_on.between(today, soon_on))
    has_some = and_(TimeAccount.kind == "available", TimeAccount.balance > 0, TimePacket.expires_on >= today)
    query = (
        select(
            TimePacket.organisation_id,
            TimeAccount.kind,
            func.sum(TimeAccount.balance),
            func.coalesce(func.sum(case((is_soon, TimeAccount.balance), else_=0)), 0),
            func.min(case((has_some, TimePacket.expires_on))),
        )
        .join(TimeAccount, _PACKET)
        .where(TimePacket.organisation_id.in_(ids))
        .group_by(TimePacket.organisation_id, TimeAccount.kind)
    )
    found: dict[UUID, defaultdict[str, Any]] = {one: defaultdict(int) for one in ids}
    for owner, kind, number, soon, next_on in session.execute(query):
        found[owner][kind] = int(number)
        if kind == "available":
            found[owner] |= {"soon": int(soon), "next_on": next_on}
    return found
