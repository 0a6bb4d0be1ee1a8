"""Agreements, their lots, who holds them, what schedules they have."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from kit.errors import NotFound
from services_catalog.models import (
    FrameworkAgreement,
    Lot,
    LotHolder,
    PriceLine,
    PriceRevision,
    PriceSchedule,
    Provider,
    Service,
)

MOST_PROVIDERS = 500


@dataclass(frozen=True, slots=True)
class HolderLine:
    """A holder of a lot, and its part of the orders."""

    lot_id: UUID
    provider_id: UUID
    name: str
    state: str
    rank: int
    ordered_cents: int


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A schedule as a list shows it, with the number of its lines."""

    id: UUID
    lot_id: UUID
    provider_id: UUID
    provider_name: str
    number: int
    state: str
    starts_on: date
    ends_on: date
    imported_at: datetime
    lines: int


def get_agreement(session: Session, agreement_id: UUID, lock: bool = False) -> FrameworkAgreement:
    """An agreement; locked on request, so that its lots and schedules change one after the other. Raises NotFound."""
    query = select(FrameworkAgreement).where(FrameworkAgreement.id == agreement_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("Cet accord-cadre n’existe pas, ou vous n’y avez pas accès.")
    return found


def find_reference(session: Session, reference: str) -> FrameworkAgreement | None:
    """The agreement of that reference."""
    return session.scalar(select(FrameworkAgreement).where(FrameworkAgreement.reference == reference))


def list_agreements(session: Session, after: UUID | None, limit: int) -> list[FrameworkAgreement]:
    """Agreements, the last to end first; those that follow `after`."""
    place = tuple_(FrameworkAgreement.ends_on, FrameworkAgreement.id)
    query = select(FrameworkAgreement).order_by(FrameworkAgreement.ends_on.desc(), FrameworkAgreement.id.desc())
    query = query.limit(limit)
    if after is not None:
        last = select(FrameworkAgreement.ends_on, FrameworkAgreement.id).where(FrameworkAgreement.id == after)
        query = query.where(place < last.scalar_subquery())
    return list(session.scalars(query))


def get_lot(session: Session, lot_id: UUID) -> Lot:
    """A lot. Raises NotFound."""
    found = session.scalar(select(Lot).where(Lot.id == lot_id))
    if found is None:
        raise NotFound("Ce lot n’existe pas, ou vous n’y avez pas accès.")
    return found


def list_lots(session: Session, agreement_ids: Collection[UUID]) -> dict[UUID, list[Lot]]:
    """The lots of each agreement, by number."""
    lots: dict[UUID, list[Lot]] = defaultdict(list)
    for lot in session.scalars(select(Lot).where(Lot.agreement_id.in_(agreement_ids)).order_by(Lot.number)):
        lots[lot.agreement_id].append(lot)
    return lots


def list_holders(session: Session, lot_ids: Collection[UUID]) -> dict[UUID, list[HolderLine]]:
    """The holders of each lot, by rank."""
    columns = LotHolder.lot_id, LotHolder.provider_id, Provider.name, Provider.state
    rows = session.execute(
        select(*columns, LotHolder.rank, LotHolder.ordered_cents)
        .join(Provider, Provider.id == LotHolder.provider_id)
        .where(LotHolder.lot_id.in_(lot_ids))
        .order_by(LotHolder.rank)
    )
    holders: dict[UUID, list[HolderLine]] = defaultdict(list)
    for row in rows:
        holders[row.lot_id].append(HolderLine(*row))
    return holders


def list_schedules(session: Session, lot_ids: Collection[UUID]) -> dict[UUID, list[ScheduleLine]]:
    """The schedules of each lot, those put aside left out: by holder, the latest first."""
    kept = PriceSchedule.lot_id.in_(lot_ids) & (PriceSchedule.state != "discarded")
    schedules: dict[UUID, list[ScheduleLine]] = defaultdict(list)
    for line in _schedules(session, kept):
        schedules[line.lot_id].append(line)
    return schedules


def priced_holders(session: Session, lot_id: UUID) -> set[UUID]:
    """The holders that have had a schedule in a lot, be it a draft or one put aside."""
    return set(session.scalars(select(PriceSchedule.provider_id).where(PriceSchedule.lot_id == lot_id)))


def live_schedules(session: Session, agreement_id: UUID) -> Sequence[tuple[ScheduleLine, int]]:
    """The schedules of an agreement that are published or may be, with the number of their lot."""
    lots = select(Lot.id).where(Lot.agreement_id == agreement_id)
    live = PriceSchedule.lot_id.in_(lots) & (PriceSchedule.state != "discarded")
    numbers = {row.id: row.number for row in session.execute(select(Lot.id, Lot.number).where(Lot.id.in_(lots)))}
    return [(line, numbers[line.lot_id]) for line in _schedules(session, live)]


def _schedules(session: Session, condition: ColumnElement[bool]) -> list[ScheduleLine]:
    counted = (
        select(PriceLine.schedule_id, func.count().label("lines"))
        .join(PriceSchedule, PriceSchedule.id == PriceLine.schedule_id)
        .where(condition)
        .group_by(PriceLine.schedule_id)
        .subquery()
    )
    columns = PriceSchedule.id, PriceSchedule.lot_id, PriceSchedule.provider_id, Provider.name, PriceSchedule.number
    dates = PriceSchedule.state, PriceSchedule.starts_on, PriceSchedule.ends_on, PriceSchedule.imported_at
    rows = session.execute(
        select(*columns, *dates, func.coalesce(counted.c.lines, 0))
        .join(Provider, Provider.id == PriceSchedule.provider_id)
        .outerjoin(counted, counted.c.schedule_id == PriceSchedule.id)
        .where(condition)
        .order_by(Provider.name, PriceSchedule.number.desc())
    )
    return [ScheduleLine(*row) for row in rows]


def get_schedule(session: Session, schedule_id: UUID, lock: bool = False) -> PriceSchedule:
    """A schedule. Raises NotFound."""
    query = select(PriceSchedule).where(PriceSchedule.id == schedule_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("Ce bordereau de prix n’existe pas, ou vous n’y avez pas accès.")
    return found


def published_schedules(session: Session, lot_id: UUID, provider_id: UUID) -> list[PriceSchedule]:
    """What a holder has published in a lot, by date."""
    query = select(PriceSchedule).where(
        PriceSchedule.lot_id == lot_id, PriceSchedule.provider_id == provider_id, PriceSchedule.state == "published"
    )
    return list(session.scalars(query.order_by(PriceSchedule.starts_on)))


def last_number(session: Session, lot_id: UUID, provider_id: UUID) -> int:
    """The number of a holder's last schedule in a lot, 0 without any."""
    query = select(func.max(PriceSchedule.number)).where(
        PriceSchedule.lot_id == lot_id, PriceSchedule.provider_id == provider_id
    )
    return session.scalar(query) or 0


def list_lines(session: Session, schedule_id: UUID) -> list[PriceLine]:
    """The lines of a schedule in the order of its file: two thousand at most."""
    query = select(PriceLine).where(PriceLine.schedule_id == schedule_id).order_by(PriceLine.position)
    return list(session.scalars(query))


def list_revisions(session: Session, schedule_id: UUID) -> list[PriceRevision]:
    """The revisions of a schedule, by date."""
    query = select(PriceRevision).where(PriceRevision.schedule_id == schedule_id).order_by(PriceRevision.starts_on)
    return list(session.scalars(query))


def service_slugs(session: Session) -> dict[str, UUID]:
    """Every service of the catalogue by its address, withdrawn ones left out: some dozens."""
    rows = session.execute(select(Service.slug, Service.id).where(Service.state != "withdrawn").order_by(Service.slug))
    return {row.slug: row.id for row in rows}


def service_titles(session: Session, service_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
    """(address, title) of some services."""
    rows = session.execute(select(Service.id, Service.slug, Service.title).where(Service.id.in_(service_ids)))
    return {row.id: (row.slug, row.title) for row in rows}


def provider_names(session: Session) -> Sequence[tuple[UUID, str]]:
    """Every active provider by name, to choose a holder from."""
    rows: Sequence[Any] = session.execute(
        select(Provider.id, Provider.name)
        .where(Provider.state == "active")
        .order_by(Provider.name, Provider.id)
        .limit(MOST_PROVIDERS)
    ).all()
    return [(row.id, row.name) for row in rows]
