"""Organisations and the people in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from tenants.models import Organisation, OrganisationMember, User


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person in an organisation, as a list shows them."""

    user_id: UUID
    name: str
    email: str
    role: str
    function: str
    joined_at: datetime


def find_organisation(session: Session, finess_ej: str) -> Organisation | None:
    """The account of a legal entity in the session's tenant."""
    return session.scalar(select(Organisation).where(Organisation.finess_ej == finess_ej))


def find_suppliers(session: Session, text: str) -> Sequence[Organisation]:
    """The providers' accounts with this identifier or this name, two at most."""
    named = or_(cast(Organisation.id, Text) == text.strip().lower(), Organisation.name == text.strip())
    return session.scalars(select(Organisation).where(Organisation.kind == "provider", named).limit(2)).all()


def get_organisation(session: Session, tenant_id: UUID, organisation_id: UUID, lock: bool = False) -> Organisation:
    """An organisation; `lock` makes those who change its people take turns. Raises NotFound."""
    organisation = session.get(Organisation, (tenant_id, organisation_id), with_for_update=lock or None)
    if organisation is None:
        raise NotFound()
    return organisation


def list_organisations(session: Session, user_id: UUID) -> Sequence[tuple[Organisation, OrganisationMember]]:
    """The organisations of a person in the session's tenant, with their place in each, by name."""
    rows = session.execute(
        select(Organisation, OrganisationMember)
        .join(OrganisationMember, OrganisationMember.organisation_id == Organisation.id)
        .where(OrganisationMember.tenant_id == Organisation.tenant_id, OrganisationMember.user_id == user_id)
        .order_by(Organisation.name, Organisation.id)
    )
    return [(organisation, place) for organisation, place in rows]


def list_colleagues(session: Session, organisation_id: UUID) -> Sequence[Colleague]:
    """Everybody in an organisation, in the order they came."""
    rows = session.execute(
        select(User.id, User.name, User.email, *_PLACE)
        .join(OrganisationMember, OrganisationMember.user_id == User.id)
        .where(OrganisationMember.organisation_id == organisation_id)
        .order_by(OrganisationMember.joined_at, User.email_norm)
    )
    return [Colleague(*row) for row in rows]


def find_place(
    session: Session, tenant_id: UUID, organisation_id: UUID, user_id: UUID, fresh: bool = False
) -> OrganisationMember | None:
    """A person's place in an organisation, if they have one; `fresh` reads it again."""
    return session.get(OrganisationMember, (tenant_id, organisation_id, user_id), populate_existing=fresh)


def list_places(session: Session, organisation_id: UUID) -> Sequence[OrganisationMember]:
    """Everybody's place in an organisation, in the order they came."""
    return session.scalars(
        select(OrganisationMember)
        .where(OrganisationMember.organisation_id == organisation_id)
        .order_by(OrganisationMember.joined_at, OrganisationMember.user_id)
    ).all()


def list_owner_emails(session: Session, organisation_id: UUID) -> Sequence[tuple[UUID, str]]:
    """(user, address) of the owners of an organisation."""
    rows = session.execute(
        select(User.id, User.email)
        .join(OrganisationMember, OrganisationMember.user_id == User.id)
        .where(OrganisationMember.organisation_id == organisation_id, OrganisationMember.role == "owner")
        .order_by(OrganisationMember.joined_at, User.id)
    )
    return [(user_id, email) for user_id, email in rows]


def count_owners(session: Session, organisation_id: UUID) -> int:
    """How many people may manage the organisation."""
    return (
        session.scalar(
            select(func.count())
            .select_from(OrganisationMember)
            .where(OrganisationMember.organisation_id == organisation_id, OrganisationMember.role == "owner")
        )
        or 0
    )


def first_owner_email(session: Session, organisation_id: UUID) -> str | None:
    """The address of the owner who came first."""
    return session.scalar(
        select(User.email)
        .join(OrganisationMember, OrganisationMember.user_id == User.id)
        .where(OrganisationMember.organisation_id == organisation_id, OrganisationMember.role == "owner")
        .order_by(OrganisationMember.joined_at)
        .limit(1)
    )


_PLACE = (OrganisationMember.role, OrganisationMember.function, OrganisationMember.joined_at)
