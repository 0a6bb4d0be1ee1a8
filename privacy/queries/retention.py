"""Periods and purges of the session's tenant."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from privacy.models import PurgeRun, RetentionPolicy


def find_policy(session: Session, tenant_id: UUID, lock: bool = False) -> RetentionPolicy | None:
    """What the GRADeS adopted, if it has."""
    return session.get(RetentionPolicy, tenant_id, with_for_update=lock or None)


def count_due(session: Session, due: Select[Any, Any]) -> tuple[int, datetime | None]:
    """How many rows a select of (identifier, since) finds, and since when the oldest is there."""
    rows = due.subquery()
    count, oldest = session.execute(select(func.count(), func.min(rows.c.since)).select_from(rows)).one()
    return count, oldest


def take_due(session: Session, due: Select[Any, Any], limit: int) -> list[Any]:
    """The identifiers of the rows that have been over for longest."""
    rows = due.subquery()
    first = select(rows.c[0]).order_by(rows.c.since, rows.c[0]).limit(limit)
    return list(session.scalars(first))


def last_runs(session: Session, limit: int) -> Sequence[PurgeRun]:
    """The last purges, the latest first."""
    return session.scalars(select(PurgeRun).order_by(PurgeRun.day.desc()).limit(limit)).all()


def take_run(session: Session) -> PurgeRun | None:
    """The purge under way, locked; None when another has it in hand or there is none."""
    under_way = select(PurgeRun).where(PurgeRun.finished_at.is_(None)).order_by(PurgeRun.day)
    return session.scalar(under_way.limit(1).with_for_update(skip_locked=True))


def is_under_way(session: Session) -> bool:
    """Whether a purge is open."""
    return session.scalar(select(PurgeRun.day).where(PurgeRun.finished_at.is_(None)).limit(1)) is not None


def has_run(session: Session, day: date) -> bool:
    """Whether the purge of that day has begun."""
    return session.scalar(select(PurgeRun.day).where(PurgeRun.day == day)) is not None
