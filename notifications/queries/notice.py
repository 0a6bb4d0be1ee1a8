"""What is asked of notices: which mails are due, whose notices are unread, what waits or failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal_column, select
from sqlalchemy.orm import Session, defer

from kit.errors import NotFound
from kit.outbox import Deadline
from notifications.models import Notification, SuppressedAddress


@dataclass(frozen=True, slots=True)
class MailFigures:
    """A tenant's mails: `waiting` (in hand too), the oldest of them, the last fault met, and `failed`.

    What quiet hours hold back is not late: it does not wait yet.
    """

    waiting: int
    oldest_at: datetime | None
    last_error: str | None
    failed: int


def due_mails(now: datetime, limit: int) -> Select[UUID]:
    """The identifiers of the mails that are due, oldest first, locked; those another worker holds are passed over."""
    return (
        select(Notification.id)
        .where(Notification.state == "pending", Notification.next_attempt_at <= now)
        .order_by(Notification.next_attempt_at, Notification.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def count_due(session: Session, now: datetime, most: int) -> int:
    """How many mails are due; counts no further than `most`."""
    due = select(Notification.id).where(Notification.state == "pending", Notification.next_attempt_at <= now)
    return session.scalar(select(func.count()).select_from(due.limit(most).subquery())) or 0


def get_notice(session: Session, tenant_id: UUID, notice_id: UUID, *, lock: bool = False) -> Notification:
    """One notice, locked on request. Raises NotFound."""
    notice = session.get(Notification, (tenant_id, notice_id), with_for_update=lock)
    if notice is None:
        raise NotFound()
    return notice


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for among their notices: templates (None: any), unread ones, words they all hold."""

    templates: Sequence[str] | None = None
    unread: bool = False
    words: Sequence[str] = ()


EVERYTHING = Wanted()
_MARKS = "[\u0300-\u036f]"  # accents, once letters are taken apart (NFD)


def list_notices(
    session: Session, user_id: UUID, before: UUID | None, size: int, wanted: Wanted = EVERYTHING
) -> Sequence[Notification]:
    """A person's notices in the session's tenant, newest first; at most `size`, older than the notice `before`."""
    mine = select(Notification).where(Notification.user_id == user_id, *_conditions(wanted))
    if before is not None:
        mine = mine.where(Notification.id < before)
    return session.scalars(mine.order_by(Notification.id.desc()).limit(size)).all()


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Words are looked for without accents or capitals, in title and text: hundreds of rows, not the tenant's."""
    if wanted.templates is not None:
        yield Notification.template.in_(wanted.templates)
    if wanted.unread:
        yield Notification.read_at.is_(None)
    if wanted.words:
        said = func.lower(_plain(func.concat(Notification.title, " ", func.coalesce(Notification.text_body, ""))))
        for word in wanted.words:
            yield func.strpos(said, func.lower(_plain(word))) > 0


def _plain(text: Any) -> ColumnElement[str]:
    return func.regexp_replace(func.normalize(text, literal_column("NFD")), _MARKS, "", "g")


def count_news(session: Session, user_id: UUID, email: str) -> tuple[int, datetime | None]:
    """What every page shows of somebody's notices: how many are unread, since when their address refuses mails."""
    row = session.execute(_news(), {"user_id": user_id, "email": email}).one()
    return row[0], row[1]


@cache
def _news() -> Select[int, datetime | None]:
    """Built once: every page asks it."""
    mine = (Notification.user_id == bindparam("user_id"), Notification.read_at.is_(None))
    refused = select(SuppressedAddress.refused_at).where(SuppressedAddress.email == bindparam("email"))
    return select(select(func.count()).where(*mine).scalar_subquery(), refused.scalar_subquery())


def count_unread(session: Session, user_id: UUID) -> int:
    """A person's unread notices in the session's tenant: the figure of the header."""
    unread = select(func.count()).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    return session.scalar(unread) or 0


def mail_figures(session: Session, now: datetime) -> MailFigures:
    """The mails of the session's tenant that wait or failed."""
    since = func.coalesce(Notification.hold_until, Notification.created_at)
    waiting = select(func.count(), func.min(since)).where(Notification.state == "pending", since <= now)
    count, oldest_at = session.execute(waiting).one()
    last_error = session.scalar(
        select(Notification.last_error)
        .where(Notification.state == "pending", Notification.last_error.is_not(None))
        .order_by(Notification.next_attempt_at.desc())
        .limit(1)
    )
    failed = session.scalar(select(func.count()).where(Notification.state == "failed")) or 0
    return MailFigures(count, oldest_at, last_error, failed)


def oldest_mail(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest mail of the session's tenant waits."""
    since = func.coalesce(Notification.hold_until, Notification.created_at)
    return session.scalar(select(func.min(since)).where(Notification.state == "pending", since <= now))


def list_failed(session: Session, size: int) -> Sequence[Notification]:
    """The last mails that were refused for good, newest first."""
    failed = select(Notification).where(Notification.state == "failed")
    return session.scalars(failed.order_by(Notification.id.desc()).limit(size)).all()


def lock_failed(session: Session) -> Sequence[Notification]:
    """All of them, locked; one that another holds is passed over, and those whose address refuses all our mails."""
    refuses = exists().where(
        SuppressedAddress.email == func.lower(Notification.email), SuppressedAddress.refused_at.is_not(None)
    )
    failed = select(Notification).where(Notification.state == "failed", ~refuses)
    return session.scalars(failed.order_by(Notification.id).with_for_update(skip_locked=True)).all()


def list_sent(session: Session, state: str | None, before: UUID | None, size: int) -> Sequence[Notification]:
    """Every notice of the session's tenant, newest first; at most `size`, older than `before`, in `state` if given."""
    all_of_them = select(Notification).options(defer(Notification.text_body), defer(Notification.html_body))
    if state is not None:
        all_of_them = all_of_them.where(Notification.state == state)
    if before is not None:
        all_of_them = all_of_them.where(Notification.id < before)
    return session.scalars(all_of_them.order_by(Notification.id.desc()).limit(size)).all()


def late_deadlines(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """The session's tenant's deadlines that are due and not done: how many, and since when."""
    late = select(func.count(), func.min(Deadline.due_at)).where(Deadline.done_at.is_(None), Deadline.due_at <= now)
    count, since = session.execute(late).one()
    return count, since
