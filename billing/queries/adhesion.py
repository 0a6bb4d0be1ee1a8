"""Adhesions of a year with what the register says of them, tariffs, and the fees already charged."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.models import AdhesionFee, Customer, Invoice, InvoiceLine
from finess.models import Establishment, LegalEntity
from finess.queries.edition import true_in
from kit.errors import NotFound
from kit.outbox import OutboxMessage
from tenants.models import Adhesion, Organisation

TOPIC = "adhesion_fee.charge"


class AdhesionRow(NamedTuple):
    """An adhesion, the name in the register and on the portal (None: not there), and its customer."""

    finess_ej: str
    since_on: date
    until_on: date | None
    registered: str | None
    organisation: str | None
    customer_id: UUID | None
    is_known: bool


def list_of_year(
    session: Session, year: int, edition: int | None, finess_ej: str | None = None
) -> Sequence[AdhesionRow]:
    """Every adhesion that touches the year (some hundreds), or an entity's, by FINESS number and first day."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    known = and_(LegalEntity.finess_ej == Adhesion.finess_ej, true_in(LegalEntity, edition or 0))
    account = and_(Organisation.tenant_id == Adhesion.tenant_id, Organisation.finess_ej == Adhesion.finess_ej)
    client = and_(Customer.tenant_id == Adhesion.tenant_id, Customer.finess_ej == Adhesion.finess_ej)
    query = (
        select(
            Adhesion.finess_ej,
            Adhesion.since_on,
            Adhesion.until_on,
            LegalEntity.name,
            Organisation.name,
            Customer.id,
            LegalEntity.finess_ej.is_not(None),
        )
        .outerjoin(LegalEntity, known)
        .outerjoin(Organisation, account)
        .outerjoin(Customer, client)
        .where(Adhesion.since_on <= last, or_(Adhesion.until_on.is_(None), Adhesion.until_on >= first))
        .ext(distinct_on(Adhesion.finess_ej, Adhesion.since_on))
        .order_by(Adhesion.finess_ej, Adhesion.since_on, Customer.organisation_id.is_(None))
    )
    if finess_ej is not None:
        query = query.where(Adhesion.finess_ej == finess_ej)
    return [AdhesionRow(*row) for row in session.execute(query)]


def count_establishments(session: Session, edition: int, finess_ej: Collection[str]) -> dict[str, int]:
    """How many open establishments each of these entities has in an edition; those that have none are not there."""
    query = (
        select(Establishment.finess_ej, func.count())
        .where(Establishment.finess_ej.in_(finess_ej), Establishment.is_open, true_in(Establishment, edition))
        .group_by(Establishment.finess_ej)
    )
    return {number: int(count) for number, count in session.execute(query)}


def charged_keys(session: Session, year: int) -> set[str]:
    """The keys of the fees of a year that have a line, wherever it is now."""
    query = select(InvoiceLine.source_key).where(
        InvoiceLine.source == "adhesion", InvoiceLine.credits_id.is_(None), InvoiceLine.source_key.endswith(f":{year}")
    )
    return set(session.scalars(query))


def pending_asked(session: Session, year: int) -> Sequence[str]:
    """What workers are asked to charge for a year, and have not done yet (the keys of the news)."""
    query = select(OutboxMessage.key).where(OutboxMessage.topic == TOPIC, OutboxMessage.settled_at.is_(None))
    return session.scalars(query.where(OutboxMessage.key.contains(f":{year}:"))).all()


def charged_totals(session: Session, year: int) -> dict[str, tuple[int, int]]:
    """How many fees of a year, and their sum excluding VAT, by state of their draft or invoice."""
    query = (
        select(Invoice.state, func.count(), func.sum(InvoiceLine.net_cents))
        .join(Invoice, and_(Invoice.tenant_id == InvoiceLine.tenant_id, Invoice.id == InvoiceLine.invoice_id))
        .where(InvoiceLine.source == "adhesion", InvoiceLine.credits_id.is_(None))
        .where(InvoiceLine.source_key.endswith(f":{year}"))
        .group_by(Invoice.state)
    )
    return {state: (int(count), int(cents)) for state, count, cents in session.execute(query)}


def list_tariffs(session: Session, year: int) -> Sequence[AdhesionFee]:
    """The tariff of a year, the lowest threshold first."""
    query = select(AdhesionFee).where(AdhesionFee.year == year)
    return session.scalars(query.order_by(AdhesionFee.from_establishments)).all()


def list_years(session: Session) -> Sequence[int]:
    """The years that have a tariff, the last first."""
    return session.scalars(select(AdhesionFee.year).distinct().order_by(AdhesionFee.year.desc())).all()


def get_tariff(session: Session, fee_id: UUID) -> AdhesionFee:
    """A line of a tariff. Raises NotFound."""
    found = session.scalar(select(AdhesionFee).where(AdhesionFee.id == fee_id))
    if found is None:
        raise NotFound()
    return found


def find_tariff(session: Session, year: int, from_establishments: int) -> AdhesionFee | None:
    """The line of a tariff with this threshold."""
    query = select(AdhesionFee).where(AdhesionFee.year == year)
    return session.scalar(query.where(AdhesionFee.from_establishments == from_establishments))
