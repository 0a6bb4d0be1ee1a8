"""The accounts of legal entities and providers, as the portal's staff looks through them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session

from tenants.models import Organisation, OrganisationMember, User


@dataclass(frozen=True, slots=True)
class Account:
    """An account, how many people are in it, and the owner who came first (None: nobody manages it)."""

    organisation: Organisation
    people: int
    owner_name: str | None
    owner_email: str | None
    owner_function: str | None


def list_accounts(
    session: Session,
    text: str = "",
    within: Collection[UUID] | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[Account]:
    """Accounts, the last opened first: those whose name or FINESS number has `text` inside; some of them only."""
    found = _accounts().order_by(Organisation.id.desc()).limit(limit)
    if text:
        number = "".join(text.split()).upper()
        named = Organisation.name.icontains(text, autoescape=True)
        found = found.where(or_(named, Organisation.finess_ej.startswith(number, autoescape=True)))
    if within is not None:
        found = found.where(Organisation.id.in_(within))
    if after is not None:
        found = found.where(Organisation.id < after)
    return [Account(*row) for row in session.execute(found)]


def list_to_check(session: Session, limit: int = 20) -> Sequence[Account]:
    """Accounts that somebody declared and nobody has confirmed, the oldest first."""
    found = _accounts().where(*_to_check()).order_by(Organisation.created_at, Organisation.id).limit(limit)
    return [Account(*row) for row in session.execute(found)]


def count_to_check(session: Session) -> int:
    """How many accounts wait to be looked at."""
    return session.scalar(select(func.count()).select_from(Organisation).where(*_to_check())) or 0


def _to_check() -> tuple[ColumnElement[bool], ...]:
    """Declared, not confirmed, and with somebody inside: a closed account waits for nothing."""
    inside = select(OrganisationMember.user_id).where(
        OrganisationMember.tenant_id == Organisation.tenant_id, OrganisationMember.organisation_id == Organisation.id
    )
    return Organisation.confirmed_at.is_(None), Organisation.kind == "legal_entity", inside.exists()


def _accounts() -> Select[Organisation, int, str | None, str | None, str | None]:
    mine = (
        OrganisationMember.tenant_id == Organisation.tenant_id,
        OrganisationMember.organisation_id == Organisation.id,
    )
    people = select(func.count()).select_from(OrganisationMember).where(*mine).correlate(Organisation)
    owner = (
        select(User.name, User.email, OrganisationMember.function)
        .join(User, User.id == OrganisationMember.user_id)
        .where(*mine, OrganisationMember.role == "owner")
        .order_by(OrganisationMember.joined_at, User.id)
        .limit(1)
        .correlate(Organisation)
        .lateral("owner")
    )
    return select(Organisation, people.scalar_subquery(), owner.c.name, owner.c.email, owner.c.function).outerjoin_from(
        Organisation, owner, true()
    )
