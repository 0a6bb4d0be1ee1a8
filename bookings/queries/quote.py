"""Quotes, and what surrounds them: the service, the market, the two parties."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bookings.models import Order, Quote
from kit.errors import NotFound
from services_catalog.models import (
    FrameworkAgreement,
    Lot,
    PriceLine,
    PriceSchedule,
    Provider,
    Service,
    ServiceVersion,
)
from tenants.models import Organisation

NO_QUOTE = "Ce devis n’existe pas, ou vous n’y avez pas accès."


@dataclass(frozen=True, slots=True)
class Purchase:
    """A quote with what it names."""

    quote: Quote
    organisation: Organisation
    service: Service
    version: ServiceVersion
    lot: Lot
    agreement: FrameworkAgreement
    provider: Provider


def get_quote(session: Session, quote_id: UUID) -> Quote:
    """A quote. Raises NotFound."""
    found = session.scalar(select(Quote).where(Quote.id == quote_id))
    if found is None:
        raise NotFound(NO_QUOTE)
    return found


def purchases(session: Session, quote_ids: Collection[UUID]) -> Mapping[UUID, Purchase]:
    """What surrounds each quote, in one query however many there are."""
    return {row[0].id: Purchase(*row) for row in session.execute(_ROWS.where(Quote.id.in_(quote_ids)))}


def list_usable(session: Session, organisation_ids: Collection[UUID], on: date, limit: int) -> Sequence[Purchase]:
    """The quotes of some organisations that still hold on a day and were not ordered, the last drawn up first."""
    query = (
        _ROWS.outerjoin(Order, and_(Order.tenant_id == Quote.tenant_id, Order.quote_id == Quote.id))
        .where(Quote.organisation_id.in_(organisation_ids), Quote.valid_until >= on, Order.id.is_(None))
        .order_by(Quote.id.desc())
        .limit(limit)
    )
    return [Purchase(*row) for row in session.execute(query)]


def list_quotes(
    session: Session, organisation_ids: Collection[UUID] | None, after: UUID | None, limit: int
) -> Sequence[Quote]:
    """A page of the quotes of some organisations (None: of all), the last drawn up first."""
    query = select(Quote).order_by(Quote.id.desc()).limit(limit)
    if organisation_ids is not None:
        query = query.where(Quote.organisation_id.in_(organisation_ids))
    if after is not None:
        query = query.where(Quote.id < after)
    return session.scalars(query).all()


def list_buyers(session: Session, organisation_ids: Collection[UUID]) -> Sequence[Organisation]:
    """Those of these organisations that may buy: the legal entities, by name."""
    query = select(Organisation).where(Organisation.id.in_(organisation_ids), Organisation.kind == "legal_entity")
    return session.scalars(query.order_by(Organisation.name, Organisation.id)).all()


def price_ends(session: Session, line_id: UUID) -> tuple[date, ...]:
    """The last days of a price line, of its schedule and of its agreement."""
    query = (
        select(PriceLine.ends_on, PriceSchedule.ends_on, FrameworkAgreement.ends_on)
        .join(
            PriceSchedule,
            and_(PriceSchedule.tenant_id == PriceLine.tenant_id, PriceSchedule.id == PriceLine.schedule_id),
        )
        .join(Lot, and_(Lot.tenant_id == PriceSchedule.tenant_id, Lot.id == PriceSchedule.lot_id))
        .join(
            FrameworkAgreement,
            and_(FrameworkAgreement.tenant_id == Lot.tenant_id, FrameworkAgreement.id == Lot.agreement_id),
        )
        .where(PriceLine.id == line_id)
    )
    return tuple(session.execute(query).one())


_ROWS = (
    select(Quote, Organisation, Service, ServiceVersion, Lot, FrameworkAgreement, Provider)
    .join(Organisation, and_(Organisation.tenant_id == Quote.tenant_id, Organisation.id == Quote.organisation_id))
    .join(
        ServiceVersion,
        and_(ServiceVersion.tenant_id == Quote.tenant_id, ServiceVersion.id == Quote.service_version_id),
    )
    .join(Service, and_(Service.tenant_id == ServiceVersion.tenant_id, Service.id == ServiceVersion.service_id))
    .join(Lot, and_(Lot.tenant_id == Quote.tenant_id, Lot.id == Quote.lot_id))
    .join(
        FrameworkAgreement,
        and_(FrameworkAgreement.tenant_id == Lot.tenant_id, FrameworkAgreement.id == Lot.agreement_id),
    )
    .join(Provider, and_(Provider.tenant_id == Quote.tenant_id, Provider.id == Quote.provider_id))
)
