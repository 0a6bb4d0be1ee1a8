"""Whom to tell: the person of their request, the GRADeS of its delays, everybody of what the law's clocks say."""

from typing import Any
from uuid import UUID

from campaigns.queries.review import list_users_with_role
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify, notify_many
from privacy.models import Breach, PrivacyRequest
from privacy.rules.clock import tell_by
from privacy.rules.states import REQUEST_LABELS
from privacy.service.erasing import forget_request as _forget
from tenants.models import User

MINE = "/account/privacy"


def tell_reception(tx: Tx, message: OutboxMessage) -> None:
    """The person has an acknowledgement with the day of the answer; the GRADeS has something to do."""
    row = tx.session.get_one(PrivacyRequest, (tx.tenant_id, message.subject_id))
    words = _words(row)
    _tell_person(tx, message, row, "request_acknowledged", words)
    _tell_managers(tx, message, "request_received", row.id, f"/staff/privacy/requests/{row.id}", words)


def tell_extension(tx: Tx, message: OutboxMessage) -> None:
    """The person learns the new day, and why."""
    row = tx.session.get_one(PrivacyRequest, (tx.tenant_id, message.subject_id))
    _tell_person(tx, message, row, "request_extended", _words(row) | {"reason": row.extension_reason})


def tell_answer(tx: Tx, message: OutboxMessage) -> None:
    """The person has the answer, with the ways to complain."""
    row = tx.session.get_one(PrivacyRequest, (tx.tenant_id, message.subject_id))
    if row.state in ("answered", "refused"):
        words = _words(row) | {"answer": row.answer, "refused": row.state == "refused"}
        _tell_person(tx, message, row, "request_answered", words)


def remind_request(tx: Tx, message: OutboxMessage) -> None:
    """An answer is due soon, or today (the key is how many days are left)."""
    row = tx.session.get_one(PrivacyRequest, (tx.tenant_id, message.subject_id))
    if row.state in ("received", "erasing"):
        words = _words(row) | {"days": int(message.key)}
        _tell_managers(tx, message, "request_due", row.id, f"/staff/privacy/requests/{row.id}", words)


def remind_breach(tx: Tx, message: OutboxMessage) -> None:
    """The CNIL is not told yet (the key is how many hours ago the breach was seen)."""
    breach = tx.session.get_one(Breach, (tx.tenant_id, message.subject_id))
    if breach.notified_at is not None or breach.closed_at is not None or breach.content.get("cnil") == "no":
        return
    words = {
        "number": breach.number,
        "title": breach.title,
        "hours": int(message.key),
        "left": 72 - int(message.key),
        "tell_by": tell_by(breach.detected_at),
        "decided": breach.content.get("cnil") == "yes",
    }
    _tell_managers(tx, message, "breach_due", breach.id, f"/staff/privacy/breaches/{breach.id}", words)


def forget_request(tx: Tx, message: OutboxMessage) -> None:
    """The certificate has left, or waited for a week: the request forgets the person too."""
    _forget(tx, message)


def _words(row: PrivacyRequest) -> dict[str, Any]:
    return {
        "number": row.number,
        "right": REQUEST_LABELS[row.kind],
        "received_on": row.received_on,
        "due_on": row.due_on,
    }


def _tell_person(tx: Tx, message: OutboxMessage, row: PrivacyRequest, template: str, words: dict[str, Any]) -> None:
    user = tx.session.get(User, row.user_id) if row.user_id else None
    email = user.email if user is not None and user.erased_at is None else row.email
    if email:
        mine = row.user_id if row.channel == "portal" else None
        path = MINE if mine else ""
        notify(tx, NewNotice(f"{template}:{message.id}", f"privacy/{template}", row.id, email, mine, path, words))


def _tell_managers(
    tx: Tx, message: OutboxMessage, template: str, subject_id: UUID, path: str, words: dict[str, Any]
) -> None:
    key, name = f"{template}:{message.id}", f"privacy/{template}"
    people = list_users_with_role(tx.session, tx.tenant_id, "grades_manager")
    notices = [NewNotice(f"{key}:{one.id}", name, subject_id, one.email, one.id, path, words) for one in people]
    notify_many(tx, notices)
