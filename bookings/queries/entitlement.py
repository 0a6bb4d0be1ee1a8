"""Entitlements, and the confirmed awards that wait for theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bookings.models import Entitlement
from campaigns.models import Award, Campaign
from kit.errors import NotFound
from services_catalog.models import Service
from tenants.models import Organisation

PAGE = 50
NO_ENTITLEMENT = "Ce droit n’existe pas, ou vous n’y avez pas accès."


@dataclass(frozen=True, slots=True)
class EntitlementRow:
    """An entitlement, its service, its organisation, and the title of the call that gave it."""

    entitlement: Entitlement
    service: Service
    organisation: Organisation
    campaign_title: str


def get_entitlement(session: Session, entitlement_id: UUID, lock: bool = False) -> Entitlement:
    """An entitlement, locked on request so that two clicks take turns. Raises NotFound."""
    query = select(Entitlement).where(Entitlement.id == entitlement_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_ENTITLEMENT)
    return found


def find_of_award(session: Session, award_id: UUID) -> Entitlement | None:
    """The right that an award has opened."""
    return session.scalar(select(Entitlement).where(Entitlement.award_id == award_id))


def get_row(session: Session, entitlement_id: UUID) -> EntitlementRow:
    """One entitlement with what surrounds it. Raises NotFound."""
    found = session.execute(_ROWS.where(Entitlement.id == entitlement_id)).one_or_none()
    if found is None:
        raise NotFound(NO_ENTITLEMENT)
    return EntitlementRow(*found)


def list_rows(session: Session, entitlement_ids: Collection[UUID]) -> Sequence[EntitlementRow]:
    """These entitlements with what surrounds them, in one query."""
    query = _ROWS.where(Entitlement.id.in_(entitlement_ids)).order_by(Entitlement.id)
    return [EntitlementRow(*row) for row in session.execute(query)]


def list_entitlements(
    session: Session,
    organisation_ids: Collection[UUID] | None,
    after: UUID | None = None,
    limit: int = PAGE,
    states: Collection[str] = (),
) -> Sequence[EntitlementRow]:
    """A page of the entitlements of some organisations (None: of all), the last opened first."""
    query = _ROWS.order_by(Entitlement.id.desc()).limit(limit)
    if organisation_ids is not None:
        query = query.where(Entitlement.organisation_id.in_(organisation_ids))
    if states:
        query = query.where(Entitlement.state.in_(states))
    if after is not None:
        query = query.where(Entitlement.id < after)
    return [EntitlementRow(*row) for row in session.execute(query)]


def find_service(session: Session, slug: str) -> Service | None:
    """The service of the catalogue that an award names, whatever its state."""
    return session.scalar(select(Service).where(Service.slug == slug))


def list_waiting_awards(session: Session, slug: str) -> Sequence[Award]:
    """The confirmed awards of a service that have no entitlement yet, the first offered first."""
    query = (
        select(Award)
        .outerjoin(Entitlement, and_(Entitlement.tenant_id == Award.tenant_id, Entitlement.award_id == Award.id))
        .where(Award.service == slug, Award.state == "confirmed", Entitlement.id.is_(None))
        .order_by(Award.id)
    )
    return session.scalars(query).all()


_ROWS = (
    select(Entitlement, Service, Organisation, Campaign.title)
    .join(Service, and_(Service.tenant_id == Entitlement.tenant_id, Service.id == Entitlement.service_id))
    .join(
        Organisation,
        and_(Organisation.tenant_id == Entitlement.tenant_id, Organisation.id == Entitlement.organisation_id),
    )
    .join(Award, and_(Award.tenant_id == Entitlement.tenant_id, Award.id == Entitlement.award_id))
    .join(Campaign, and_(Campaign.tenant_id == Award.tenant_id, Campaign.id == Award.campaign_id))
)
