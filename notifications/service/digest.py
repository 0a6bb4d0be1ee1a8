"""Making digests: one mail of what waited, once, whoever is killed. Sending it is the mails' business."""

from collections.abc import Callable, Sequence
from uuid import UUID

from kit.actor import Actor, system
from kit.transaction import Tx, transaction
from notifications.models import Notification
from notifications.queries.digest import due_readers, lock_due
from notifications.rules.digest import MOST_SHOWN, Waiting, parts, title
from notifications.rules.families import DIGEST
from notifications.service.notices import NewNotice, write_notices
from tenants.models import Tenant, User

BATCH = 100


def make_due_digests(tenant_id: UUID, enough: Callable[[], bool]) -> int:
    """Make the digests of a portal that are due, one transaction each; returns how many there were.

    Killed at any moment, a person's digest is made or not made, with all of what waited. Several workers may do this
    at once: the second one finds nothing.
    """
    actor, made = system(tenant_id, "résumés"), 0
    while not enough():
        with transaction(actor) as tx:
            readers = due_readers(tx.session, tx.now, BATCH)
        if not readers:
            break
        for user_id in readers:
            if enough():
                break
            made += make_digest(actor, user_id)
    return made


def make_digest(actor: Actor, user_id: UUID) -> bool:
    """Make one person's digest of what is due. False when nothing is left to say: read in the portal meanwhile."""
    with transaction(actor) as tx:
        due = lock_due(tx.session, user_id, tx.now)
        user = tx.session.get_one(User, user_id)
        unread = [notice for notice in due if notice.read_at is None and user.erased_at is None]
        digest_id = _write(tx, user, unread) if unread else None
        gathered = {notice.id for notice in unread}
        for notice in due:
            # As `sent`, neither audited nor announced: the rows say it, and nobody listens.
            notice.state, notice.digest_id = ("gathered", digest_id) if notice.id in gathered else ("silent", None)
            notice.hold_until = None
        return digest_id is not None


def _write(tx: Tx, user: User, unread: Sequence[Notification]) -> UUID:
    """The digest, as a notice of no page of its own: the portal shows what is in it already."""
    zone = tx.session.get_one(Tenant, tx.tenant_id).zone
    waiting = [
        Waiting(notice.template, notice.subject_id, notice.title, notice.path, notice.created_at) for notice in unread
    ]
    context = {
        "title": title(len(waiting), min(notice.at for notice in waiting), tx.now, zone),
        "number": len(waiting),
        "parts": parts(waiting),
        "more": max(0, len(waiting) - MOST_SHOWN),
    }
    new = NewNotice(f"digest:{unread[0].id}", DIGEST, user.id, user.email, path="/notifications", context=context)
    return write_notices(tx, [new])[0]
