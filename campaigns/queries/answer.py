"""What was ever written in a file's fields, and what a conflict put aside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from campaigns.models import AnswerRevision
from tenants.models import User


@dataclass(frozen=True, slots=True)
class SetAside:
    """A value that a conflict put aside and nobody has settled: `saved_by` is whose it is."""

    field: str
    revision: int
    value: Any
    saved_at: datetime
    saved_by: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class Written:
    """Who wrote the value that stands in a field, and when."""

    field: str
    revision: int
    saved_at: datetime
    name: str


def values_at(session: Session, candidacy_id: UUID, revision: int, fields: Collection[str]) -> Mapping[str, Any]:
    """What stood in these fields at a past revision; a field nobody had written in is left out."""
    query = (
        select(AnswerRevision.field, AnswerRevision.value)
        .where(
            AnswerRevision.candidacy_id == candidacy_id,
            AnswerRevision.field.in_(fields),
            AnswerRevision.revision <= revision,
            AnswerRevision.kept,
        )
        .order_by(AnswerRevision.field, AnswerRevision.revision.desc())
        .ext(distinct_on(AnswerRevision.field))
    )
    return {row.field: row.value for row in session.execute(query)}


def last_written(
    session: Session, candidacy_id: UUID, fields: Collection[str] | None = None, since: int = 0
) -> Mapping[str, Written]:
    """Who wrote what stands in each of these fields (None: all), for those written after revision `since`."""
    query = (
        select(AnswerRevision.field, AnswerRevision.revision, AnswerRevision.saved_at, User.name)
        .outerjoin(User, User.id == AnswerRevision.saved_by)
        .where(AnswerRevision.candidacy_id == candidacy_id, AnswerRevision.revision > since, AnswerRevision.kept)
        .order_by(AnswerRevision.field, AnswerRevision.revision.desc())
        .ext(distinct_on(AnswerRevision.field))
    )
    if fields is not None:
        query = query.where(AnswerRevision.field.in_(fields))
    return {row.field: Written(row.field, row.revision, row.saved_at, row.name or "") for row in session.execute(query)}


def list_set_aside(session: Session, candidacy_id: UUID) -> Sequence[SetAside]:
    """The values put aside that nobody has settled, the oldest first."""
    query = (
        select(AnswerRevision, User.name)
        .outerjoin(User, User.id == AnswerRevision.saved_by)
        .where(
            AnswerRevision.candidacy_id == candidacy_id,
            AnswerRevision.kept.is_(False),
            AnswerRevision.settled_at.is_(None),
        )
        .order_by(AnswerRevision.revision)
    )
    return [
        SetAside(row.field, row.revision, row.value, row.saved_at, row.saved_by, name or "")
        for row, name in session.execute(query)
    ]
