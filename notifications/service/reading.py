"""Reading notices in the portal: one's own, and for staff what was sent to everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from kit.actor import Actor
from kit.errors import Unauthenticated
from kit.permissions import permit
from kit.transaction import transaction
from notifications.models import Notification
from notifications.permissions import PERMISSIONS
from notifications.queries import notice as queries
from notifications.rules.families import BY_KEY, templates_of
from notifications.rules.mail import one_line
from tenants.rules.people import normalise_email

PAGE = 30
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Notices:
    """A page of notices, newest first; `after` asks for the next one, None on the last. `unread` counts them all."""

    rows: Sequence[Notification]
    after: UUID | None
    unread: int = 0


def list_my_notices(
    actor: Actor, after: UUID | None = None, family: str = "", unread: bool = False, words: str = ""
) -> Notices:
    """One's own notices in this portal: of one family, unread, holding all these words. Raises Unauthenticated."""
    user_id = _reader(actor, "notification.view")
    templates = templates_of(family) if family in BY_KEY else None
    wanted = queries.Wanted(templates, unread, one_line(words).split()[:MOST_WORDS])
    with transaction(actor) as tx:
        rows = queries.list_notices(tx.session, user_id, after, PAGE + 1, wanted)
        return Notices(rows[:PAGE], _next(rows, PAGE), queries.count_unread(tx.session, user_id))


def my_news(actor: Actor) -> tuple[int, datetime | None]:
    """What every page shows, in one query: how many notices are unread; since when one's address refuses our mails."""
    if actor.user_id is None or actor.tenant_id is None:
        return 0, None
    with transaction(actor) as tx:
        return queries.count_news(tx.session, actor.user_id, normalise_email(actor.email))


def count_my_unread(actor: Actor) -> int:
    """The figure of the header; 0 for whoever has no notices of their own."""
    return my_news(actor)[0]


def read_notice(actor: Actor, notice_id: UUID) -> None:
    """Mark one as read. Raises NotFound, also for somebody else's."""
    _reader(actor, "notification.read")
    with transaction(actor) as tx:
        notice = queries.get_notice(tx.session, tx.tenant_id, notice_id, lock=True)
        permit(PERMISSIONS, actor, "notification.read", notice)
        notice.read_at = notice.read_at or tx.now


def read_notices(actor: Actor, newest: UUID) -> int:
    """Mark as read one's own up to `newest`, the first one shown: what came since was not seen. Returns how many."""
    user_id = _reader(actor, "notification.read")
    with transaction(actor) as tx:
        read = (
            update(Notification)
            .where(Notification.user_id == user_id, Notification.read_at.is_(None), Notification.id <= newest)
            .values(read_at=tx.now)
            .returning(Notification.id)
            .execution_options(synchronize_session=False)
        )
        return len(tx.session.scalars(read).all())


def list_sent(actor: Actor, state: str | None, after: UUID | None, limit: int) -> Notices:
    """Every notice of the tenant and how far its mail is, for staff. Raises Forbidden."""
    permit(PERMISSIONS, actor, "notification.list")
    with transaction(actor) as tx:
        rows = queries.list_sent(tx.session, state, after, limit + 1)
        return Notices(rows[:limit], _next(rows, limit))


def _next(rows: Sequence[Notification], size: int) -> UUID | None:
    return rows[size - 1].id if len(rows) > size else None


def _reader(actor: Actor, action: str) -> UUID:
    permit(PERMISSIONS, actor, action)
    if actor.user_id is None:
        raise Unauthenticated()
    return actor.user_id
