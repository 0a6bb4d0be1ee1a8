"""What comes back about our mails: an address that is dead refuses the next ones, somebody who complains gets less."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from kit.actor import operator, system
from kit.db import uuid7
from kit.transaction import Tx, transaction
from notifications.gateway.report import read_report
from notifications.models import MailReport, Notification
from notifications.queries.address import count_soft
from notifications.rules.delivery import SOFT_WINDOW, is_refused, refused_since
from notifications.rules.mail import NOTIFICATION
from notifications.rules.report import COMPLAINT, HARD
from notifications.service.address import hold_against
from notifications.service.ticket import read_bounce_ticket
from tenants.models import Tenant
from tenants.queries.tenant import list_tenants
from tenants.rules.people import normalise_email


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that was about one of our mails. `is_new`: it had not been told before."""

    slug: str
    notice_id: UUID
    kind: str
    said: str
    is_new: bool


def take_report(content: bytes, recipient: str = "") -> Taken | None:
    """Read what a mail server sent back, and remember it. None when it is about no mail of ours, or tells nothing.

    `recipient`: the address it was delivered to. A forged ticket is no ticket.
    """
    report = read_report(content, recipient)
    if report is None:
        return None
    with transaction(operator("courriels")) as tx:
        slugs = {tenant.id: tenant.slug for tenant in list_tenants(tx.session)}
    for ticket in report.tickets:
        found = read_bounce_ticket(ticket, slugs)
        if found is not None:
            tenant_id, notice_id = found
            with transaction(system(tenant_id, "courriels")) as tx:
                notice = tx.session.get(Notification, (tenant_id, notice_id), with_for_update=True)
                if notice is None:  # forgotten since
                    return None
                is_new = note_report(tx, notice, report.kind, report.said)
            return Taken(slugs[tenant_id], notice_id, report.kind, report.said, is_new)
    return None


def note_report(tx: Tx, notice: Notification, kind: str, said: str) -> bool:
    """Write what came back about a mail, once, and draw the consequence for its address. `notice` is locked."""
    email = normalise_email(notice.email)
    row = {"tenant_id": tx.tenant_id, "id": uuid7(), "notice_id": notice.id, "kind": kind, "email": email}
    is_new = tx.session.scalar(
        insert(MailReport)
        .values(**row, words=said, at=tx.now)
        .on_conflict_do_nothing(index_elements=["tenant_id", "notice_id", "kind"])
        .returning(MailReport.id)
    )
    if is_new is None:
        return False
    if kind == COMPLAINT:
        hold_against(tx, email, {"optional_off_at": tx.now, "optional_off_by": "complaint"})
        return True
    if notice.state == "sent":
        tx.advance(notice, NOTIFICATION, "bounce", kind=kind)
        notice.last_error = f"Revenu après l’envoi\N{NO-BREAK SPACE}: {said}"
    if kind == HARD or is_refused(count_soft(tx.session, email, tx.now - SOFT_WINDOW)):
        hold_against(tx, email, {"refused_at": tx.now, "refusal": said})
        _withhold(tx, email)
    return True


def _withhold(tx: Tx, email: str) -> None:
    """What was about to leave for this address stays, but for sign-in links: they have no other way.

    Rows that a worker has locked are passed over: it learns by itself what the server says.
    """
    zone = tx.session.get_one(Tenant, tx.tenant_id).zone
    waiting = (
        select(Notification.id)
        .where(
            Notification.state == "pending",
            func.lower(Notification.email) == email,
            Notification.text_body.is_not(None),
        )
        .with_for_update(skip_locked=True)
    )
    tx.session.execute(
        update(Notification)
        .where(Notification.tenant_id == tx.tenant_id, Notification.id.in_(waiting.cte("waiting").select()))
        .values(state="withheld", next_attempt_at=None, last_error=refused_since(tx.now, zone))
        .execution_options(synchronize_session=False)
    )
