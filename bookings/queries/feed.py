"""Calendars that people follow from elsewhere: their secret, and what their owner may see today."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookings.models import CalendarFeed
from bookings.queries.session import Viewer
from tenants.models import Membership, OrganisationMember


def find_feed(session: Session, tenant_id: UUID, user_id: UUID, lock: bool = False) -> CalendarFeed | None:
    """The feed of a person, once they asked for one."""
    return session.get(CalendarFeed, (tenant_id, user_id), with_for_update=lock or None)


def viewer_of_person(session: Session, tenant_id: UUID, user_id: UUID) -> Viewer:
    """What somebody may see now, whatever they could when they asked for the address."""
    places = select(OrganisationMember.organisation_id).where(OrganisationMember.user_id == user_id)
    role = select(Membership.user_id).where(
        Membership.tenant_id == tenant_id, Membership.user_id == user_id, Membership.role == "grades_manager"
    )
    return Viewer(list(session.scalars(places)), session.scalar(role) is not None)
