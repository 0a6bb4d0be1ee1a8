"""Mails written when they leave, because they hold a secret: it is in no database, no event, no queue."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from kit.transaction import Tx
from notifications.gateway.templates import Rendered, render
from notifications.models import Notification
from tenants.models import Tenant
from tenants.rules.factor import shown
from tenants.service.second_factor import sent_code
from tenants.service.sign_in import sent_link

# What a late mail says, from its subject's identifier; None when it is no longer worth saying.
Words = Callable[[Tx, UUID], Mapping[str, Any] | None]


def _sign_in(tx: Tx, link_id: UUID) -> Mapping[str, Any] | None:
    link = sent_link(tx, link_id)
    if link is None:
        return None
    return {
        "path": f"/sign-in/{link.secret}",
        "valid_for": link.valid_for,
        "code": link.code,
        "provider": link.provider,
    }


def _confirmation(tx: Tx, challenge_id: UUID) -> Mapping[str, Any] | None:
    sent = sent_code(tx, challenge_id)
    return {"path": "", "code": shown(sent.code), "valid_for": sent.valid_for} if sent else None


LATE: Mapping[str, Words] = {"tenants/sign_in": _sign_in, "tenants/confirmation_code": _confirmation}


def write_late(tx: Tx, tenant: Tenant, notice: Notification) -> Rendered | None:
    """Write a late mail now. Returns None when what it announces is over."""
    words = LATE[notice.template](tx, notice.subject_id)
    return render(notice.template, tenant, words["path"], words) if words else None
