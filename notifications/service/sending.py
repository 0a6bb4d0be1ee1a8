"""Sending the mails that are due: claim some, send each outside any transaction, write its fate at once, go on.

The ADR « mail at least once » says what a worker that dies at each of these steps leaves behind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import update

from kit.actor import Actor, system
from kit.errors import NotFound
from kit.storage import storage
from kit.transaction import transaction
from notifications.gateway.mailer import Mailer
from notifications.gateway.message import Mail
from notifications.gateway.smtp import Interrupted, PutOff, RecipientRefused, Refused, Unreachable
from notifications.models import Notification
from notifications.queries import notice as queries
from notifications.rules.mail import LEASE
from notifications.service import fate
from notifications.service.lease import Lease
from notifications.service.letter import mail_of
from notifications.service.patience import insist
from tenants.models import Tenant

BATCH = 50
# One broken conversation may be the mail's doing; two in a row are the server's. So is a silence of a minute: a second
# one would keep a worker from everything else for as long again.
BREAKS_OF_AN_ILL_SERVER = 2
NOT_KEPT = "La pièce jointe de ce courriel n’a pas pu être lue (stockage du portail)."


@dataclass
class Sending:
    """What became of a run. `unreachable` is why no mail can leave at all, if so."""

    sent: int = 0
    refused: int = 0
    put_off: int = 0
    breaks: int = 0
    unreachable: str | None = None


def send_due_mails(
    tenant_id: UUID, mailer: Mailer, enough: Callable[[], bool], answers: Callable[[], None] = lambda: None
) -> Sending:
    """Send the tenant's due mails until none is left, the server is gone, or `enough()`.

    `answers` is called once, when the server has taken or refused a mail: it is there.

    Several workers may do this at once: a mail is in one hand. Each leaves exactly once, unless this process dies
    between the server's 250 and the commit that follows it.
    """
    actor, done = system(tenant_id, "courriels"), Sending()
    with Lease(actor) as lease:
        while done.unreachable is None and not enough():
            mails, until, found = claim(actor)
            if not found:
                break
            lease.hold((mail.id for mail in mails), until)
            for mail in mails:
                if enough() or not lease.owns(mail.id) or not _send(actor, mailer, mail, done):
                    break
                if done.sent + done.refused == 1:
                    answers()
                lease.drop(mail.id)
                if done.unreachable is not None:
                    break
            lease.give_back(done.unreachable)
    return done


def claim(actor: Actor) -> tuple[Sequence[Mail], datetime, int]:
    """Take up to fifty due mails in hand: those to send, until when they are ours, and how many were found."""
    with transaction(actor) as tx:
        until = tx.now + LEASE
        # A CTE is run once; the planner may run a plain sub-query, and its locks, several times over.
        due = queries.due_mails(tx.now, BATCH).cte("due")
        claimed = tx.session.scalars(
            update(Notification)
            .where(Notification.tenant_id == tx.tenant_id, Notification.id == due.c.id)
            .values(next_attempt_at=until)
            .returning(Notification)
            .execution_options(synchronize_session=False)
        ).all()
        if not claimed:
            return [], until, 0
        tenant = tx.session.get_one(Tenant, tx.tenant_id)
        mails = [mail_of(tx, tenant, notice) for notice in sorted(claimed, key=lambda notice: notice.id)]
        return [mail for mail in mails if mail is not None], until, len(claimed)


def _with_its_file(mail: Mail) -> Mail:
    """The mail with the content of its file, read outside any transaction. Raises PutOff when it cannot be read."""
    if mail.file is None:
        return mail
    try:
        with storage().open(mail.file.stored) as file:
            return replace(mail, file=replace(mail.file, content=file.read()))
    except (NotFound, OSError) as error:
        raise PutOff(NOT_KEPT) from error


def _send(actor: Actor, mailer: Mailer, mail: Mail, done: Sending) -> bool:
    """Send one mail and write what became of it at once: dying between the two is what makes a second copy.

    Returns False when nothing became of it: it is still in hand.
    """
    try:
        mailer.send(_with_its_file(mail))
    except Unreachable as error:
        done.unreachable = error.reason
        return False
    except Refused as error:
        done.refused += 1
        write = partial(fate.mark_refused, actor, mail.id, error.reason, isinstance(error, RecipientRefused))
    except (PutOff, Interrupted) as error:
        done.put_off += 1
        done.breaks = done.breaks + 1 if isinstance(error, Interrupted) else 0
        if (isinstance(error, Interrupted) and error.silent) or done.breaks == BREAKS_OF_AN_ILL_SERVER:
            done.unreachable = error.reason
        write = partial(fate.put_off, actor, mail.id, error.reason)
    else:
        done.sent, done.breaks = done.sent + 1, 0
        write = partial(fate.mark_sent, actor, mail.id)
    insist(write)
    return True
