"""What a price rests on: the market that sells some services, and the facts of a facility."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from finess.models import Establishment
from finess.queries.edition import find_current_edition, true_in
from finess.queries.structure import find_legal_entity
from services_catalog.models import (
    FrameworkAgreement,
    Lot,
    LotHolder,
    PriceLine,
    PriceRevision,
    PriceSchedule,
    Provider,
)
from services_catalog.rules import market
from services_catalog.rules.figures import cents, whole
from services_catalog.rules.price import Facility, Market
from tenants.queries.tenant import entity_attributes

_LINE = (
    PriceLine.id,
    PriceLine.service_id,
    PriceLine.code,
    PriceLine.unit,
    PriceLine.unit_cents,
    PriceLine.vat_permille,
    PriceLine.starts_on,
    PriceLine.ends_on,
    PriceLine.measure,
    PriceLine.size_from,
    PriceLine.size_to,
    PriceLine.tariff,
)


def load_market(session: Session, service_ids: Collection[UUID]) -> Market:
    """Everything published about some services, in five queries whatever their number.

    Of every date: what was or will be in force is what explains that nothing applies today.
    """
    selling = (
        select(PriceSchedule.lot_id)
        .join(PriceLine, PriceLine.schedule_id == PriceSchedule.id)
        .where(PriceSchedule.state == "published", PriceLine.service_id.in_(service_ids))
    )
    lots = session.execute(
        select(Lot, FrameworkAgreement)
        .join(FrameworkAgreement, FrameworkAgreement.id == Lot.agreement_id)
        .where(Lot.id.in_(selling))
    ).all()
    if not lots:
        return Market(())
    lot_ids = [lot.id for lot, _ in lots]
    holders = _holders(session, lot_ids)
    schedules = _schedules(session, lot_ids, service_ids)
    return Market([_lot(lot, agreement, holders[lot.id], schedules[lot.id]) for lot, agreement in lots])


def find_facility(session: Session, finess_ej: str) -> Facility | None:
    """A legal entity as prices see it: the register's edition in force, and what was set by hand about it."""
    edition = find_current_edition(session)
    entity = find_legal_entity(session, edition.id, finess_ej) if edition else None
    if edition is None or entity is None:
        return None
    open_now = select(Establishment.department, func.count()).where(
        Establishment.finess_ej == finess_ej, true_in(Establishment, edition.id), Establishment.is_open
    )
    sites = session.execute(open_now.group_by(Establishment.department)).all()
    known = entity_attributes(session, finess_ej)
    return Facility(
        finess_ej,
        entity.name or finess_ej,
        frozenset(department for department, _ in sites if department),
        sum(number for _, number in sites),
        whole(known.get("places")),
        whole(known.get("workstations")),
        cents(known.get("budget")),
    )


def _lot(
    lot: Lot, agreement: FrameworkAgreement, holders: Sequence[market.Holder], schedules: Sequence[market.Schedule]
) -> market.Lot:
    terms = market.Agreement(agreement.reference, agreement.starts_on, agreement.ends_on, agreement.adherents_only)
    return market.Lot(
        lot.id,
        lot.number,
        lot.title,
        terms,
        lot.assignment,
        lot.maximum_cents,
        lot.ordered_cents,
        holders,
        schedules,
    )


def _holders(session: Session, lot_ids: Collection[UUID]) -> dict[UUID, list[market.Holder]]:
    rows = session.execute(
        select(
            LotHolder.lot_id,
            LotHolder.provider_id,
            Provider.name,
            LotHolder.rank,
            LotHolder.ordered_cents,
            Provider.state == "active",
        )
        .join(Provider, Provider.id == LotHolder.provider_id)
        .where(LotHolder.lot_id.in_(lot_ids))
        .order_by(LotHolder.rank)
    )
    holders: dict[UUID, list[market.Holder]] = defaultdict(list)
    for row in rows:
        holders[row.lot_id].append(market.Holder(*row[1:]))
    return holders


def _schedules(
    session: Session, lot_ids: Collection[UUID], service_ids: Collection[UUID]
) -> dict[UUID, list[market.Schedule]]:
    columns = PriceSchedule.id, PriceSchedule.lot_id, PriceSchedule.provider_id
    rows = session.execute(
        select(*columns, PriceSchedule.starts_on, PriceSchedule.ends_on)
        .where(PriceSchedule.lot_id.in_(lot_ids), PriceSchedule.state == "published")
        .order_by(PriceSchedule.starts_on)
    ).all()
    ids = [row.id for row in rows]
    lines = _grouped(
        session,
        select(PriceLine.schedule_id, *_LINE)
        .where(PriceLine.schedule_id.in_(ids), PriceLine.service_id.in_(service_ids))
        .order_by(PriceLine.position),
    )
    revisions = _grouped(
        session,
        select(PriceRevision.schedule_id, PriceRevision.starts_on, PriceRevision.coefficient_ppm).where(
            PriceRevision.schedule_id.in_(ids)
        ),
    )
    schedules: dict[UUID, list[market.Schedule]] = defaultdict(list)
    for schedule_id, lot_id, provider_id, starts_on, ends_on in rows:
        its_lines = [market.Line(*line) for line in lines[schedule_id]]
        its_revisions = [market.Revision(*revision) for revision in revisions[schedule_id]]
        schedules[lot_id].append(market.Schedule(provider_id, starts_on, ends_on, its_lines, its_revisions))
    return schedules


def _grouped(session: Session, query: Select[*tuple[Any, ...]]) -> dict[UUID, list[Iterable[Any]]]:
    """Rows without their first column, by it."""
    groups: dict[UUID, list[Iterable[Any]]] = defaultdict(list)
    for first, *rest in session.execute(query):
        groups[first].append(rest)
    return groups
