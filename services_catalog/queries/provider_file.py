"""What a provider's file holds, and the people who are told of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, literal, select, union_all
from sqlalchemy.orm import Session

from kit.errors import NotFound
from services_catalog.models import Consultant, Insurance, Provider, Qualification, Subcontractor
from tenants.models import Membership, OrganisationMember, User

Filed = TypeVar("Filed", Qualification, Insurance, Subcontractor, Consultant)
Dated = TypeVar("Dated", Qualification, Insurance)
MOST_ENDS = 300


def list_qualifications(session: Session, provider_id: UUID) -> Sequence[Qualification]:
    """A provider's qualifications, what ends last first."""
    query = select(Qualification).where(Qualification.provider_id == provider_id)
    return session.scalars(query.order_by(Qualification.ends_on.desc(), Qualification.kind, Qualification.id)).all()


def list_insurances(session: Session, provider_id: UUID) -> Sequence[Insurance]:
    """A provider's insurances, what ends last first."""
    query = select(Insurance).where(Insurance.provider_id == provider_id)
    return session.scalars(query.order_by(Insurance.ends_on.desc(), Insurance.id)).all()


def list_same(session: Session, filed: Dated) -> Sequence[Dated]:
    """The other insurances of the same provider, or its other qualifications of the same kind."""
    kind = type(filed)
    query = select(kind).where(kind.provider_id == filed.provider_id, kind.id != filed.id)
    if isinstance(filed, Qualification):
        query = query.where(Qualification.kind == filed.kind)
    return session.scalars(query.order_by(kind.ends_on, kind.id)).all()


def list_subcontractors(session: Session, provider_id: UUID) -> Sequence[Subcontractor]:
    """A provider's declared sub-contractors, by name."""
    query = select(Subcontractor).where(Subcontractor.provider_id == provider_id)
    return session.scalars(query.order_by(Subcontractor.name, Subcontractor.id)).all()


def list_consultants(session: Session, provider_id: UUID) -> Sequence[Consultant]:
    """A provider's consultants, active ones first, by name."""
    query = select(Consultant).where(Consultant.provider_id == provider_id)
    return session.scalars(query.order_by(Consultant.active.desc(), Consultant.name, Consultant.id)).all()


def get_filed(
    session: Session, tenant_id: UUID, kind: type[Filed], provider_id: UUID, filed_id: UUID, lock: bool = False
) -> Filed:
    """One thing of a provider's file. Raises NotFound, also when it is in another provider's."""
    found = session.get(kind, (tenant_id, filed_id), with_for_update=lock or None)
    if found is None or found.provider_id != provider_id:
        raise NotFound()
    return found


def find_filed(session: Session, tenant_id: UUID, kind: type[Filed], filed_id: UUID) -> Filed | None:
    """The same by its identifier alone, for news that may come after it was removed."""
    return session.get(kind, (tenant_id, filed_id))


def list_ends(session: Session, since: date) -> Sequence[Row[Any]]:
    """What ends from `since`, what ends first first, three hundred at most.

    Columns: provider_id, name, what (a qualification's kind or "insurance"), detail (scope or insurer), starts_on,
    ends_on.
    """
    qualified = select(
        Qualification.provider_id,
        Provider.name,
        Qualification.kind.label("what"),
        Qualification.scope.label("detail"),
        Qualification.starts_on,
        Qualification.ends_on,
    ).join(Provider, Provider.id == Qualification.provider_id)
    insured = select(
        Insurance.provider_id,
        Provider.name,
        literal("insurance"),
        Insurance.insurer,
        Insurance.starts_on,
        Insurance.ends_on,
    ).join(Provider, Provider.id == Insurance.provider_id)
    both = union_all(
        qualified.where(Qualification.ends_on >= since), insured.where(Insurance.ends_on >= since)
    ).subquery()
    return session.execute(select(both).order_by(both.c.ends_on, both.c.name, both.c.what).limit(MOST_ENDS)).all()


def find_member_id(session: Session, provider_id: UUID, email: str) -> UUID | None:
    """The account of a provider's member by its normalised address."""
    query = select(User.id).join(OrganisationMember, OrganisationMember.user_id == User.id)
    return session.scalar(query.where(OrganisationMember.organisation_id == provider_id, User.email_norm == email))


def list_told(session: Session, tenant_id: UUID, provider_id: UUID, managers: bool) -> Sequence[User]:
    """The provider's owners, and the GRADeS's managers on request; each person once, by address."""
    owners = select(OrganisationMember.user_id).where(
        OrganisationMember.organisation_id == provider_id, OrganisationMember.role == "owner"
    )
    grades = select(Membership.user_id).where(Membership.tenant_id == tenant_id, Membership.role == "grades_manager")
    told = User.id.in_(owners) | User.id.in_(grades) if managers else User.id.in_(owners)
    return session.scalars(select(User).where(told).order_by(User.email_norm)).all()
