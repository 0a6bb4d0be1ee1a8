"""One's own places: in a transaction of a person on no portal, the policies show these rows alone (own_places)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from tenants.models import Membership, Organisation, OrganisationMember, Tenant


def list_roles_anywhere(session: Session) -> Sequence[tuple[UUID, str]]:
    """(portal, role) of the session's person, everywhere."""
    return [(tenant, role) for tenant, role in session.execute(select(Membership.tenant_id, Membership.role))]


def list_seats_anywhere(session: Session) -> Sequence[tuple[UUID, UUID]]:
    """(portal, organisation) of the session's person, everywhere."""
    rows = session.execute(select(OrganisationMember.tenant_id, OrganisationMember.organisation_id))
    return [(tenant, organisation) for tenant, organisation in rows]


def list_tenants_of(session: Session, ids: Collection[UUID]) -> Sequence[Tenant]:
    """These portals, by name."""
    return session.scalars(select(Tenant).where(Tenant.id.in_(ids)).order_by(Tenant.name, Tenant.slug)).all()


def list_seats(session: Session, user_id: UUID) -> Sequence[tuple[Organisation, str]]:
    """(organisation, role) of a person in the session's portal, by name."""
    rows = session.execute(
        select(Organisation, OrganisationMember.role)
        .join(
            OrganisationMember,
            and_(
                OrganisationMember.tenant_id == Organisation.tenant_id,
                OrganisationMember.organisation_id == Organisation.id,
            ),
        )
        .where(OrganisationMember.user_id == user_id)
        .order_by(Organisation.name, Organisation.id)
    )
    return [(organisation, role) for organisation, role in rows]
