"""Submissions and their receipts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from campaigns.models import Campaign, Candidacy, Submission
from kit.errors import NotFound
from tenants.models import User

# Built once: what every submission and every receipt asks.
_LINES = (
    select(Submission.number, Submission.received_at, Submission.code, Submission.sha256, User.name)
    .outerjoin(User, User.id == Submission.submitted_by)
    .where(Submission.candidacy_id == bindparam("candidacy_id"))
    .order_by(Submission.number.desc())
)
_OF_FILE = select(Submission).where(Submission.candidacy_id == bindparam("candidacy_id"))
_NUMBERED = _OF_FILE.where(Submission.number == bindparam("number"))
_LAST = _OF_FILE.order_by(Submission.number.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """A submission without its content; `name` is whoever sent it, None for a program."""

    number: int
    received_at: datetime
    code: str
    sha256: str
    name: str | None


def list_submissions(session: Session, candidacy_id: UUID) -> list[SubmissionLine]:
    """Every submission of a file, the last one first."""
    return [SubmissionLine(*row) for row in session.execute(_LINES, {"candidacy_id": candidacy_id})]


def find_last_submission(session: Session, candidacy_id: UUID) -> Submission | None:
    """The last submission of a file."""
    return session.scalar(_LAST, {"candidacy_id": candidacy_id})


def get_submission(session: Session, candidacy_id: UUID, number: int) -> Submission:
    """A submission of a file by its number. Raises NotFound."""
    found = session.scalar(_NUMBERED, {"candidacy_id": candidacy_id, "number": number})
    if found is None:
        raise NotFound("Ce dépôt n’existe pas, ou vous n’y avez pas accès.")
    return found


def last_submissions(session: Session, candidacy_ids: Collection[UUID]) -> Mapping[UUID, Submission]:
    """The last submission of each file, in one query."""
    query = (
        select(Submission)
        .where(Submission.candidacy_id.in_(candidacy_ids))
        .order_by(Submission.candidacy_id, Submission.number.desc())
        .ext(distinct_on(Submission.candidacy_id))
    )
    return {submission.candidacy_id: submission for submission in session.scalars(query)}


def find_submission_at(session: Session, candidacy_id: UUID, received_at: datetime) -> Submission | None:
    """The submission received at an instant: the one that a piece of news is about."""
    query = select(Submission).where(Submission.candidacy_id == candidacy_id, Submission.received_at == received_at)
    return session.scalar(query.order_by(Submission.number.desc()).limit(1))


def find_receipt(session: Session, code: str) -> Row[Submission, Candidacy, Campaign] | None:
    """The submission a receipt's code names, with its file and its call."""
    query = (
        select(Submission, Candidacy, Campaign)
        .join(Candidacy, and_(Candidacy.tenant_id == Submission.tenant_id, Candidacy.id == Submission.candidacy_id))
        .join(Campaign, and_(Campaign.tenant_id == Candidacy.tenant_id, Campaign.id == Candidacy.campaign_id))
        .where(Submission.code == code)
    )
    return session.execute(query).first()
