"""Writing notices: in the transaction of the fact, or in the reaction to it. Told twice, they are written once.

The portal tells every one. What becomes of its mail is decided here, from what its reader chose (rules.delivery).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit.db import uuid7
from kit.transaction import Tx
from notifications.gateway.templates import render
from notifications.models import Notification
from notifications.queries.address import Key, known_readers
from notifications.rules.delivery import Fate, Reader, fate
from notifications.rules.families import family_of
from notifications.rules.mail import is_address, one_line
from tenants.models import Tenant
from tenants.rules.people import normalise_email

NO_ADDRESS = "L’adresse n’est pas une adresse de courrier électronique."
NOBODY_KNOWN = Reader()


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What to tell to whom. `key` is unique in the tenant: what it is about, for whom ("award:<candidacy>:<user>").

    `template` is a name under app/templates/mail, without ending. `path` is the page it leads to, inside the portal
    ("/candidacies/…"). With `user_id` the notice is also shown in the portal. `context` feeds the template. `calendar`
    is an invitation, its update or its cancellation (iCalendar with a METHOD, RFC 5546), which the mail carries.
    `file`: a PDF of the storage that goes along: the name it is kept under, and the one it leaves under.
    """

    key: str
    template: str
    subject_id: UUID
    email: str
    user_id: UUID | None = None
    path: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    calendar: str | None = None
    file: tuple[str, str] | None = None


def notify(tx: Tx, notice: NewNotice) -> bool:
    """Tell one person. Returns False when that had been told already."""
    return notify_many(tx, [notice]) == 1


def notify_many(tx: Tx, notices: Iterable[NewNotice]) -> int:
    """Tell many people at once (ten thousand in a few seconds); returns how many notices are new.

    Mails leave after commit, when and as their readers want them. An address that is none makes a failed notice, shown
    to staff, and stops nobody else's. Raises jinja2's errors when a template or one of its variables is missing:
    nothing is written then.
    """
    return len(write_notices(tx, list(notices)))


def write_notices(tx: Tx, notices: Sequence[NewNotice]) -> list[UUID]:
    """The same; returns the identifiers of the notices that are new."""
    if not notices:
        return []
    tenant = tx.session.get_one(Tenant, tx.tenant_id)
    readers = known_readers(tx.session, tx.tenant_id, [_key(notice) for notice in notices])
    return _insert(tx, [_row(tx, tenant, notice, readers) for notice in notices])


def notify_later(tx: Tx, key: str, template: str, subject_id: UUID, email: str, title: str) -> bool:
    """Announce a mail written only when it leaves (notifications.service.late), because it holds a secret.

    It is tried even when the address has refused our mails: it is the only way in, and whether it arrives is the best
    proof that the address works again.
    """
    row = _blank(tx, key, template, subject_id, email, Fate("pending", tx.now))
    return len(_insert(tx, [row | {"title": one_line(title), "text_body": None}])) == 1


def _key(notice: NewNotice) -> Key:
    return notice.user_id, normalise_email(notice.email)


def _row(tx: Tx, tenant: Tenant, notice: NewNotice, readers: Mapping[Key, Reader]) -> dict[str, Any]:
    written = render(notice.template, tenant, notice.path, notice.context)
    stored, name = notice.file or (None, None)
    reader = readers.get(_key(notice), NOBODY_KNOWN)
    carries = notice.calendar is not None or notice.file is not None
    chosen = fate(family_of(notice.template), reader, tx.now, tenant.zone, carries)
    return _blank(tx, notice.key, notice.template, notice.subject_id, notice.email, chosen) | {
        "user_id": notice.user_id,
        "title": written.title,
        "text_body": written.text,
        "html_body": written.html,
        "calendar": notice.calendar,
        "file_stored": stored,
        "file_name": name,
        "path": notice.path,
    }


def _blank(tx: Tx, key: str, template: str, subject_id: UUID, email: str, chosen: Fate) -> dict[str, Any]:
    sound = is_address(email)
    end = chosen if sound else Fate("failed", last_error=NO_ADDRESS)
    return {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "key": key,
        "template": template,
        "subject_id": subject_id,
        "user_id": None,
        "email": email if sound else one_line(email),
        "html_body": None,
        "calendar": None,
        "file_stored": None,
        "file_name": None,
        "path": "",
        "created_at": tx.now,
        "state": end.state,
        "attempts": 0,
        "next_attempt_at": end.next_attempt_at,
        "hold_until": end.hold_until,
        "last_error": end.last_error,
    }


def _insert(tx: Tx, rows: list[dict[str, Any]]) -> list[UUID]:
    if not rows:
        return []
    statement = insert(Notification).on_conflict_do_nothing(index_elements=["tenant_id", "key"])
    return list(tx.session.scalars(statement.returning(Notification.id), rows).all())
