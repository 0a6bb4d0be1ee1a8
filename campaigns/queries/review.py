"""The files of a call as their instructors see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from campaigns.models import Candidacy, Decision, Review, Submission, Verdict
from kit.errors import NotFound
from tenants.models import Membership, User

PAGE = 50
INSTRUCTORS = ("ars_manager", "ars_instructor")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list keeps. `assignee`: a user's id, or "none"; `decision`: an outcome, or "none"."""

    state: str = ""
    assignee: str = ""
    completeness: str = ""
    eligibility: str = ""
    decision: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One line of the list."""

    id: UUID
    reference: str
    applicant_name: str
    finess_ej: str
    department: str | None
    state: str
    submitted_at: datetime | None
    eligibility: str | None
    completeness: str | None
    score: int | None
    assignee_id: UUID | None
    assignee_name: str | None
    decision: str | None


def list_files(
    session: Session, campaign_id: UUID, filters: Filters, after: UUID | None = None, limit: int = PAGE
) -> Sequence[FileRow]:
    """The page of submitted (or once submitted) files that follows file `after`, oldest submission first."""
    query = _files(campaign_id, filters).order_by(Candidacy.submitted_at, Candidacy.id).limit(limit)
    if after is not None:
        place = select(Candidacy.submitted_at, Candidacy.id).where(Candidacy.id == after).scalar_subquery()
        query = query.where(tuple_(Candidacy.submitted_at, Candidacy.id) > place)
    return [FileRow(*row) for row in session.execute(query)]


def count_files(session: Session, campaign_id: UUID, filters: Filters) -> int:
    """How many files the filters keep."""
    return session.scalar(select(func.count()).select_from(_files(campaign_id, filters).subquery())) or 0


def _files(campaign_id: UUID, filters: Filters) -> Select[Any]:
    """Every column of the list, one row per file: the latest verdict by a lateral look at its index."""
    verdict = (
        select(Verdict.outcome)
        .where(Verdict.tenant_id == Candidacy.tenant_id, Verdict.candidacy_id == Candidacy.id)
        .order_by(Verdict.id.desc())
        .limit(1)
        .correlate(Candidacy)
        .lateral("latest_verdict")
    )
    query = (
        select(
            Candidacy.id,
            Candidacy.reference,
            Candidacy.applicant_name,
            Candidacy.finess_ej,
            Candidacy.department,
            Candidacy.state,
            Candidacy.submitted_at,
            verdict.c.outcome,
            Review.completeness,
            Review.score,
            Review.assignee_id,
            User.name.label("assignee_name"),
            Decision.outcome.label("decision"),
        )
        .select_from(Candidacy)
        .outerjoin(verdict, literal(True))
        .outerjoin(Review, and_(Review.tenant_id == Candidacy.tenant_id, Review.candidacy_id == Candidacy.id))
        .outerjoin(User, User.id == Review.assignee_id)
        .outerjoin(Decision, and_(Decision.tenant_id == Candidacy.tenant_id, Decision.candidacy_id == Candidacy.id))
        .where(Candidacy.campaign_id == campaign_id, Candidacy.submitted_at.is_not(None))
    )
    return _filtered(query, filters, verdict.c.outcome)


def _filtered(query: Select[Any], filters: Filters, eligibility: Any) -> Select[Any]:
    if filters.state:
        query = query.where(Candidacy.state == filters.state)
    if filters.assignee == "none":
        query = query.where(Review.assignee_id.is_(None))
    elif filters.assignee:
        query = query.where(Review.assignee_id == UUID(filters.assignee))
    if filters.completeness:
        query = query.where(func.coalesce(Review.completeness, "unknown") == filters.completeness)
    if filters.eligibility:
        query = query.where(eligibility == filters.eligibility)
    if filters.decision == "none":
        query = query.where(Decision.outcome.is_(None))
    elif filters.decision:
        query = query.where(Decision.outcome == filters.decision)
    if filters.text:
        columns = (Candidacy.applicant_name, Candidacy.reference, Candidacy.finess_ej)
        query = query.where(or_(*(column.icontains(filters.text, autoescape=True) for column in columns)))
    return query


def list_workload(session: Session, campaign_id: UUID) -> dict[UUID | None, int]:
    """How many submitted files each instructor has; None: files nobody has."""
    query = (
        select(Review.assignee_id, func.count())
        .select_from(Candidacy)
        .outerjoin(Review, and_(Review.tenant_id == Candidacy.tenant_id, Review.candidacy_id == Candidacy.id))
        .where(Candidacy.campaign_id == campaign_id, Candidacy.state == "submitted")
        .group_by(Review.assignee_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def list_instructors(session: Session, tenant_id: UUID) -> Sequence[User]:
    """Everybody who may instruct in the tenant, by name."""
    query = (
        select(User)
        .where(
            User.id.in_(
                select(Membership.user_id).where(Membership.tenant_id == tenant_id, Membership.role.in_(INSTRUCTORS))
            )
        )
        .order_by(User.name)
    )
    return session.scalars(query).all()


def list_users_with_role(session: Session, tenant_id: UUID, role: str) -> Sequence[User]:
    """Everybody who holds `role` in the tenant."""
    query = select(User).join(Membership, Membership.user_id == User.id)
    return session.scalars(query.where(Membership.tenant_id == tenant_id, Membership.role == role)).all()


def lock_review(session: Session, tenant_id: UUID, candidacy_id: UUID, now: datetime) -> Review:
    """The file's review, locked; made empty when it has none yet."""
    empty = {"tenant_id": tenant_id, "candidacy_id": candidacy_id, "completeness": "unknown", "note": "", "revision": 1}
    session.execute(insert(Review).values(**empty, saved_at=now).on_conflict_do_nothing())
    return session.scalars(select(Review).where(Review.candidacy_id == candidacy_id).with_for_update()).one()


def find_review(session: Session, candidacy_id: UUID) -> Review | None:
    """The file's review, None when nobody has begun."""
    return session.scalar(select(Review).where(Review.candidacy_id == candidacy_id))


def get_last_submission(session: Session, candidacy_id: UUID) -> Submission:
    """What the applicant last submitted: the only content that is instructed. Raises NotFound for a draft."""
    query = select(Submission).where(Submission.candidacy_id == candidacy_id).order_by(Submission.number.desc())
    found = session.scalar(query.limit(1))
    if found is None:
        raise NotFound()
    return found


def find_last_verdict(session: Session, candidacy_id: UUID) -> Verdict | None:
    """The eligibility decided last."""
    query = select(Verdict).where(Verdict.candidacy_id == candidacy_id).order_by(Verdict.id.desc())
    return session.scalar(query.limit(1))
