"""People, their roles in a portal, and who a session or a token stands for."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, bindparam, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB, array_agg
from sqlalchemy.orm import InstrumentedAttribute, Session

from kit.errors import NotFound
from tenants.models import Membership, Organisation, OrganisationMember, Passkey, Tenant, TotpSecret, User
from tenants.models import Session as SignedIn


def find_user(session: Session, email: str) -> User | None:
    """The account of a normalised address."""
    return session.scalar(select(User).where(User.email_norm == email))


def get_user(session: Session, user_id: UUID) -> User:
    """An account. Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


def list_memberships(session: Session, tenant_id: UUID) -> Sequence[Row[User, str]]:
    """The ARS's and the GRADeS's people in a portal: (user, role), by address."""
    return session.execute(
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.tenant_id == tenant_id)
        .order_by(User.email_norm, Membership.role)
    ).all()


def list_roles(session: Session, tenant_id: UUID, user_id: UUID) -> Sequence[str]:
    """The roles of a person in a portal, now."""
    held = select(Membership.role).where(Membership.tenant_id == tenant_id, Membership.user_id == user_id)
    return session.scalars(held).all()


def list_holders(session: Session, tenant_id: UUID, role: str) -> Sequence[User]:
    """Everybody who holds a role in a portal, by address."""
    return session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.tenant_id == tenant_id, Membership.role == role)
        .order_by(User.email_norm)
    ).all()


def find_person(session: Session, digest: str, now: datetime, tenant_id: UUID | None) -> Row[Any] | None:
    """Whoever a live session stands for, in one query: (id, name, email, session_id, seen_at, proved_at, factor_at,
    has_factor, roles, organisations, policy).

    `roles` is a list of roles in the tenant or None, `organisations` a dict of organisation id (text) to [role, kind]
    or None, `policy` the tenant's [second_factor_roles, idle_minutes, step_up_minutes] or None.
    """
    values: dict[str, Any] = {"digest": digest, "now": now}
    inside = tenant_id is not None
    return session.execute(_person(inside), values | {"tenant_id": tenant_id} if inside else values).first()


@cache
def _person(inside: bool) -> Select[Any]:
    """The statement of find_person, built once: every request asks it."""
    return (
        select(
            User.id,
            User.name,
            User.email,
            SignedIn.id.label("session_id"),
            SignedIn.seen_at,
            SignedIn.proved_at,
            SignedIn.factor_at,
            has_factor(User.id).label("has_factor"),
            *_held(inside),
        )
        .join(SignedIn, SignedIn.user_id == User.id)
        .where(
            SignedIn.digest == bindparam("digest"),
            SignedIn.expires_at > bindparam("now"),
            User.erased_at.is_(None),
        )
    )


def has_factor(user_id: ColumnElement[UUID] | InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether a person has a second factor, for a select that has the person's identifier."""
    return or_(
        exists().where(TotpSecret.user_id == user_id, TotpSecret.confirmed_at.is_not(None)),
        exists().where(Passkey.user_id == user_id),
    )


def _held(inside: bool) -> Sequence[ColumnElement[Any]]:
    """What a person holds in a tenant (`tenant_id`), and what the tenant asks of sessions."""
    tenant_id = bindparam("tenant_id", type_=Uuid)
    if not inside:
        return [literal(None).label(name) for name in ("roles", "organisations", "policy")]
    roles = (
        select(array_agg(Membership.role))
        .where(Membership.user_id == User.id, Membership.tenant_id == tenant_id)
        .scalar_subquery()
    )
    # Not a join: on an evening that begins with an empty portal, a plan made for ten organisations reads thousands.
    kind = (
        select(Organisation.kind)
        .where(
            Organisation.tenant_id == OrganisationMember.tenant_id,
            Organisation.id == OrganisationMember.organisation_id,
        )
        .scalar_subquery()
    )
    place = func.jsonb_build_array(OrganisationMember.role, kind)
    organisations = (
        select(func.jsonb_object_agg(OrganisationMember.organisation_id, place, type_=JSONB))
        .where(OrganisationMember.tenant_id == tenant_id, OrganisationMember.user_id == User.id)
        .scalar_subquery()
    )
    policy = (
        select(func.jsonb_build_array(Tenant.second_factor_roles, Tenant.idle_minutes, Tenant.step_up_minutes))
        .where(Tenant.id == tenant_id)
        .scalar_subquery()
    )
    return [roles.label("roles"), organisations.label("organisations"), policy.label("policy")]
