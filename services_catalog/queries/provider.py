"""Providers and what they may do, until when."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from kit.errors import NotFound
from services_catalog.models import Insurance, LotHolder, Provider, Qualification

PAGE = 50


def get_provider(session: Session, tenant_id: UUID, provider_id: UUID, lock: bool = False) -> Provider:
    """A provider. Raises NotFound."""
    provider = session.get(Provider, (tenant_id, provider_id), with_for_update=lock or None)
    if provider is None:
        raise NotFound()
    return provider


def list_holders(session: Session, lot_id: UUID) -> Sequence[tuple[Provider, LotHolder]]:
    """The holders of a lot, by rank."""
    rows = session.execute(
        select(Provider, LotHolder)
        .join(LotHolder, LotHolder.provider_id == Provider.id)
        .where(LotHolder.lot_id == lot_id)
        .order_by(LotHolder.rank)
    )
    return [(provider, holder) for provider, holder in rows]


def qualification_periods(
    session: Session, provider_ids: Collection[UUID]
) -> Mapping[UUID, tuple[tuple[str, date, date], ...]]:
    """(kind, first day, last day) of every qualification of each provider; no key without any."""
    found: dict[UUID, tuple[tuple[str, date, date], ...]] = defaultdict(tuple)
    columns = (Qualification.provider_id, Qualification.kind, Qualification.starts_on, Qualification.ends_on)
    for one, kind, start, end in session.execute(select(*columns).where(Qualification.provider_id.in_(provider_ids))):
        found[one] += ((kind, start, end),)
    return found


def insurance_periods(session: Session, provider_ids: Collection[UUID]) -> Mapping[UUID, tuple[tuple[date, date], ...]]:
    """(first day, last day) of every insurance of each provider; no key without any."""
    found: dict[UUID, tuple[tuple[date, date], ...]] = defaultdict(tuple)
    columns = (Insurance.provider_id, Insurance.starts_on, Insurance.ends_on)
    for one, start, end in session.execute(select(*columns).where(Insurance.provider_id.in_(provider_ids))):
        found[one] += ((start, end),)
    return found


def list_providers(
    session: Session, text: str = "", state: str = "", after: UUID | None = None, limit: int = PAGE
) -> Sequence[Provider]:
    """The page of providers that follows provider `after`, by name."""
    query = select(Provider).order_by(Provider.name, Provider.id).limit(limit)
    if text:
        query = query.where(Provider.name.icontains(text, autoescape=True))
    if state:
        query = query.where(Provider.state == state)
    if after is not None:
        place = select(Provider.name, Provider.id).where(Provider.id == after).scalar_subquery()
        query = query.where(tuple_(Provider.name, Provider.id) > place)
    return session.scalars(query).all()


def count_by_state(session: Session) -> Mapping[str, int]:
    """How many providers are in each state."""
    return {row[0]: row[1] for row in session.execute(select(Provider.state, func.count()).group_by(Provider.state))}


def find_provider_by_siret(session: Session, siret: str) -> Provider | None:
    """The provider of a SIRET."""
    return session.scalar(select(Provider).where(Provider.siret == siret).limit(1))
