"""Every kind of thing that ends, with the rows that are over and how they go: one page, from every package."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select

from bookings.service.retention import EXPIRING as OF_BOOKINGS
from campaigns.service.retention import EXPIRING as OF_CAMPAIGNS
from kit.retention import Expiring
from kit.transaction import Tx
from notifications.service.retention import EXPIRING as OF_NOTICES
from privacy.models import PersonalExport, PrivacyRequest
from privacy.rules.retention import KINDS
from privacy.service.exporting import forget_copies
from tenants.service.audit_proof import EXPIRING as OF_AUDIT
from tenants.service.expiring import EXPIRING as OF_TENANTS


def _requests(before: datetime) -> Select[Any, Any]:
    since = PrivacyRequest.closed_at
    return select(PrivacyRequest.id, since.label("since")).where(since < before)


def _remove_requests(tx: Tx, requests: Sequence[UUID]) -> None:
    """With the copies made for them, whose files nothing would find again."""
    forget_copies(tx, PersonalExport.request_id.in_(requests))
    tx.session.execute(delete(PrivacyRequest).where(PrivacyRequest.id.in_(requests)))


OUR_OWN = (Expiring("privacy_request", _requests, _remove_requests),)
EXPIRING: Mapping[str, Sequence[Expiring]] = {
    kind.key: [
        one
        for one in (*OF_CAMPAIGNS, *OF_BOOKINGS, *OF_NOTICES, *OF_TENANTS, *OF_AUDIT, *OUR_OWN)
        if one.kind == kind.key
    ]
    for kind in KINDS
}
