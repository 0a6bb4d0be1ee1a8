"""A notice as the mail that leaves: its words, where it comes back to, and how one wants no more of the kind."""

import logging

from jinja2 import TemplateError

from kit.settings import settings
from kit.transaction import Tx
from notifications.gateway.message import File, Mail, MailingList
from notifications.gateway.templates import home_of
from notifications.models import Notification
from notifications.rules.families import Family, family_of
from notifications.service import fate
from notifications.service.late import write_late
from notifications.service.ticket import NOTICE, PERSON, WayOut, bounce_ticket, way_out_ticket
from tenants.models import Tenant

TOO_LATE = "Trop tard\N{NO-BREAK SPACE}: ce que ce courriel annonçait n’est plus valable."
NOT_WRITTEN = "Le texte de ce courriel n’a pas pu être écrit (erreur du portail)."
log = logging.getLogger(__name__)


def mail_of(tx: Tx, tenant: Tenant, notice: Notification) -> Mail | None:
    """Write the mail of a notice that is due. None when it is not to leave: too late, or its words cannot be made."""
    title, text, html = notice.title, notice.text_body, notice.html_body
    if text is None:
        try:
            written = write_late(tx, tenant, notice)
        except (TemplateError, LookupError, ValueError):
            log.exception("Notice %s could not be written.", notice.id)
            fate.put_off_here(tx, notice, NOT_WRITTEN)
            return None
        if written is None:
            fate.fail(tx, notice, TOO_LATE)
            return None
        title, text, html = written.title, written.text, written.html
    ticket = bounce_ticket(tx.tenant_id, notice.id)
    return Mail(
        id=notice.id,
        sender=settings().mail_from,
        sender_name=tenant.name,
        reply_to=tenant.contact_email,
        recipient=notice.email,
        title=title,
        text=text,
        html=html,
        at=tx.now,
        calendar=notice.calendar,
        file=File(notice.file_stored, notice.file_name or "") if notice.file_stored else None,
        ticket=ticket,
        returns_to=return_address(settings().bounce_address, ticket),
        mailing_list=_mailing_list(tenant, notice),
    )


def return_address(bounces: str | None, ticket: str) -> str:
    """Where refusals of a mail come back to (VERP): « bounces+<ticket>@… »; "" when nobody reads them there."""
    if not bounces:
        return ""
    name, _, domain = bounces.rpartition("@")
    return f"{name}+{ticket}@{domain}"


def way_out_of(notice: Notification, family: Family) -> WayOut:
    """Who wants no more of what: a person and a family; or whoever a notice was for, when they have no account."""
    if family.key == "digest":
        return WayOut(PERSON, notice.subject_id, family.key)
    if notice.user_id is not None:
        return WayOut(PERSON, notice.user_id, family.key)
    return WayOut(NOTICE, notice.id, family.key)


def _mailing_list(tenant: Tenant, notice: Notification) -> MailingList | None:
    """Only what can be turned off says how: a decision or an invoice offers no such button (RFC 8058)."""
    family = family_of(notice.template)
    if family.essential:
        return None
    way_out = way_out_ticket(tenant.id, way_out_of(notice, family))
    domain = settings().mail_from.rpartition("@")[2]
    return MailingList(
        id=f"{family.key}.{tenant.slug}.{domain}",
        name=f"{tenant.name}, {family.name}",
        leave=f"{home_of(tenant)}/unsubscribe/{way_out}",
    )
