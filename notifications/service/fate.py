"""What became of a mail, written as soon as it is known: one small transaction each."""

from uuid import UUID

from sqlalchemy import bindparam, update

from kit.actor import Actor
from kit.transaction import Tx, transaction
from notifications.models import Notification
from notifications.queries import notice as queries
from notifications.rules.mail import NOTIFICATION, next_attempt_at
from notifications.rules.report import classify, words
from notifications.service.report import note_report

# Written once: building it anew for each of ten thousand mails would cost as much as running it.
MARK_SENT = (
    update(Notification.__table__)  # type: ignore[arg-type]
    .where(
        Notification.tenant_id == bindparam("tenant"),
        Notification.id == bindparam("notice"),
        Notification.state == "pending",
    )
    .values(
        state="sent",
        sent_at=bindparam("now"),
        next_attempt_at=None,
        attempts=Notification.attempts + 1,
        last_error=None,
    )
)
GIVEN_UP = "Abandonné après cinq jours d’essais. Dernière réponse\N{NO-BREAK SPACE}: "


def mark_sent(actor: Actor, notice_id: UUID) -> None:
    """The server has taken it.

    Not `tx.advance`: ten thousand audit lines and events that nobody listens to would say what the row itself says.
    """
    with transaction(actor) as tx:
        tx.session.execute(MARK_SENT, {"tenant": tx.tenant_id, "notice": notice_id, "now": tx.now})


def mark_refused(actor: Actor, notice_id: UUID, reason: str, of_recipient: bool = False) -> None:
    """The server will never take it: failed, with its words, for staff to see.

    `of_recipient`: it is the address that it does not take, which counts as a report about it.
    """
    with transaction(actor) as tx:
        notice = queries.get_notice(tx.session, tx.tenant_id, notice_id, lock=True)
        if notice.state == "pending":
            notice.attempts += 1
            fail(tx, notice, reason)
        kind = classify(reason) if of_recipient else None
        if kind is not None:
            note_report(tx, notice, kind, words(reason))


def put_off(actor: Actor, notice_id: UUID, reason: str) -> None:
    """Not now: due again later and later; failed after five days."""
    with transaction(actor) as tx:
        notice = queries.get_notice(tx.session, tx.tenant_id, notice_id, lock=True)
        if notice.state == "pending":
            put_off_here(tx, notice, reason)


def put_off_here(tx: Tx, notice: Notification, reason: str) -> None:
    """The same, as a step."""
    notice.attempts += 1
    again_at = next_attempt_at(notice.attempts, notice.hold_until or notice.created_at, tx.now)
    if again_at is None:
        fail(tx, notice, f"{GIVEN_UP}{reason}")
    else:
        notice.next_attempt_at, notice.last_error = again_at, reason


def fail(tx: Tx, notice: Notification, reason: str) -> None:
    """It will not be sent."""
    tx.advance(notice, NOTIFICATION, "fail", attempts=notice.attempts)
    notice.next_attempt_at, notice.last_error = None, reason
