"""Every request of a portal, for the GRADeS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import transaction
from privacy.models import PrivacyRequest
from privacy.permissions import PERMISSIONS
from privacy.queries import request as queries
from tenants.models import Tenant

PAGE = 50


@dataclass(frozen=True, slots=True)
class Requests:
    """Those that wait by delay, a page of those that are closed; `after` is where the next page begins."""

    waiting: Sequence[PrivacyRequest]
    closed: Sequence[PrivacyRequest]
    after: UUID | None
    today: date


def list_all(actor: Actor, after: UUID | None = None) -> Requests:
    """Requests, the urgent ones first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "privacy_request.list")
        zone = tx.session.get_one(Tenant, tx.tenant_id).zone
        closed = list(queries.list_requests(tx.session, is_open=False, before=after, limit=PAGE + 1))
        return Requests(
            queries.list_requests(tx.session, is_open=True, limit=200),
            closed[:PAGE],
            closed[PAGE - 1].id if len(closed) > PAGE else None,
            tx.now.astimezone(ZoneInfo(zone)).date(),
        )
