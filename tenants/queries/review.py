"""Reviews of accounts, and the people they are about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array_agg
from sqlalchemy.orm import Session

from kit.audit import AuditLine
from kit.errors import NotFound
from tenants.models import AccountReview, Membership, Organisation, OrganisationMember, Passkey, TotpSecret, User
from tenants.models import Session as SignedIn


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Somebody who has access. `seen_at`: the last trace of them that is still kept; None when there is none."""

    user_id: UUID
    name: str
    email: str
    roles: list[str]
    since: datetime | None
    reviewed_at: datetime | None
    seen_at: datetime | None
    has_factor: bool
    function: str = ""


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review, the account it is about (None: the portal's own people), and how many people that is today."""

    review: AccountReview
    organisation: Organisation | None
    people: int
    late: bool = False


def get_review(session: Session, tenant_id: UUID, review_id: UUID, lock: bool = False) -> AccountReview:
    """A review. Raises NotFound."""
    review = session.get(AccountReview, (tenant_id, review_id), with_for_update=lock or None, populate_existing=lock)
    if review is None:
        raise NotFound()
    return review


def list_reviews(
    session: Session,
    closed: bool,
    within: Collection[UUID] | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[ReviewLine]:
    """Reviews that are open (the oldest first) or closed (the last first); of some accounts only, after `after`."""
    people = (
        select(func.count())
        .select_from(OrganisationMember)
        .where(
            OrganisationMember.tenant_id == AccountReview.tenant_id,
            OrganisationMember.organisation_id == AccountReview.organisation_id,
        )
        .scalar_subquery()
    )
    found = select(AccountReview, Organisation, people).outerjoin(
        Organisation,
        and_(Organisation.tenant_id == AccountReview.tenant_id, Organisation.id == AccountReview.organisation_id),
    )
    if within is not None:
        found = found.where(AccountReview.organisation_id.in_(within))
    if closed:
        found = found.where(AccountReview.closed_at.is_not(None)).order_by(AccountReview.id.desc())
        found = found.where(AccountReview.id < after) if after else found
    else:
        found = found.where(AccountReview.closed_at.is_(None)).order_by(AccountReview.id)
        found = found.where(AccountReview.id > after) if after else found
    return [ReviewLine(*row) for row in session.execute(found.limit(limit))]


def count_open(session: Session, late_at: datetime) -> tuple[int, int]:
    """(open, late) reviews of the portal."""
    late = func.count().filter(AccountReview.due_at < late_at)
    row = session.execute(select(func.count(), late).where(AccountReview.closed_at.is_(None))).one()
    return row[0], row[1]


def organisations_with_people(session: Session, only: UUID | None = None) -> Sequence[UUID]:
    """The accounts that somebody is in."""
    found = select(OrganisationMember.organisation_id).distinct().order_by(OrganisationMember.organisation_id)
    return session.scalars(found.where(OrganisationMember.organisation_id == only) if only else found).all()


def list_organisation_people(session: Session, tenant_id: UUID, organisation_id: UUID) -> Sequence[Reviewed]:
    """Everybody in an organisation, in the order they came."""
    place = OrganisationMember
    rows = session.execute(
        select(
            User.id,
            User.name,
            User.email,
            array_agg(place.role),
            func.min(place.joined_at),
            func.min(place.reviewed_at),
            _seen_at(tenant_id),
            _has_factor(),
            func.min(place.function),
        )
        .join(place, place.user_id == User.id)
        .where(place.organisation_id == organisation_id)
        .group_by(User.id)
        .order_by(func.min(place.joined_at), User.email_norm)
    )
    return [Reviewed(*row) for row in rows]


def list_portal_people(session: Session, tenant_id: UUID) -> Sequence[Reviewed]:
    """The ARS's and the GRADeS's people with all their roles, by address."""
    rows = session.execute(
        select(
            User.id,
            User.name,
            User.email,
            array_agg(aggregate_order_by(Membership.role, Membership.role)),
            func.min(Membership.granted_at),
            func.min(Membership.reviewed_at),
            _seen_at(tenant_id),
            _has_factor(),
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.tenant_id == tenant_id)
        .group_by(User.id)
        .order_by(User.email_norm)
    )
    return [Reviewed(*row) for row in rows]


def _seen_at(tenant_id: UUID) -> ColumnElement[Any]:
    """The last request of a session that is still kept, or the last act or sign-in in this portal's audit log."""
    session = select(func.max(SignedIn.seen_at)).where(SignedIn.user_id == User.id)
    return func.greatest(
        session.correlate(User).scalar_subquery(),
        _last_line(AuditLine.tenant_id == tenant_id, AuditLine.actor_id == User.id),
        _last_line(
            AuditLine.tenant_id == tenant_id, AuditLine.subject_id == User.id, AuditLine.action == "session.start"
        ),
    )


def _last_line(*of: ColumnElement[bool]) -> Any:
    last: Select[Any] = select(AuditLine.at).where(*of).order_by(AuditLine.id.desc()).limit(1)
    return last.correlate(User).scalar_subquery()


def _has_factor() -> ColumnElement[bool]:
    totp = select(TotpSecret.user_id).where(TotpSecret.user_id == User.id, TotpSecret.confirmed_at.is_not(None))
    passkey = select(Passkey.id).where(Passkey.user_id == User.id)
    return or_(totp.correlate(User).exists(), passkey.correlate(User).exists())
