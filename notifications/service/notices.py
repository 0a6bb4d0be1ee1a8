"""Writing notices: in the transaction of the fact, or in the reaction to it. Told twice, they are written once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit.db import uuid7
from kit.transaction import Tx
from notifications.gateway.templates import render
from notifications.models import Notification
from notifications.rules.mail import is_address, one_line
from tenants.models import Tenant

NO_ADDRESS = "L’adresse n’est pas une adresse de courrier électronique."


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

    Mails leave after commit. An address that is none makes a failed notice, shown to staff, and stops nobody else's.
    Raises jinja2's errors when a template or one of its variables is missing: nothing is written then.
    """
    tenant = tx.session.get_one(Tenant, tx.tenant_id)
    return _insert(tx, [_row(tx, tenant, notice) for notice in notices])


def notify_later(tx: Tx, key: str, template: str, subject_id: UUID, email: str, title: str) -> bool:
    """Announce a mail written only when it leaves (notifications.service.late), because it holds a secret."""
    row = _blank(tx, key, template, subject_id, email) | {"title": one_line(title), "text_body": None}
    return _insert(tx, [row]) == 1


def _row(tx: Tx, tenant: Tenant, notice: NewNotice) -> dict[str, Any]:
    written = render(notice.template, tenant, notice.path, notice.context)
    stored, name = notice.file or (None, None)
    return _blank(tx, notice.key, notice.template, notice.subject_id, notice.email) | {
        "user_id": notice.user_id,
        "title": written.title,
        "text_body": written.text,
        "html_body": written.html,
        "calendar": notice.calendar,
        "file_stored": stored,
        "file_name": name,
        "path": notice.path,
    }


def _blank(tx: Tx, key: str, template: str, subject_id: UUID, email: str) -> dict[str, Any]:
    sound = is_address(email)
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
        "state": "pending" if sound else "failed",
        "attempts": 0,
        "next_attempt_at": tx.now if sound else None,
        "last_error": None if sound else NO_ADDRESS,
    }


def _insert(tx: Tx, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    statement = insert(Notification).on_conflict_do_nothing(index_elements=["tenant_id", "key"])
    return len(tx.session.execute(statement.returning(Notification.id), rows).all())
