"""What each portal's rows say: deadlines, news, mails, webhooks, incidents. A few counts on partial indexes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text

from kit import relay
from kit.actor import operator, system
from kit.transaction import Tx, transaction
from notifications.models import Incident, Notification, WebhookDelivery, WebhookEndpoint
from notifications.queries import notice
from tenants.queries.tenant import list_tenants

# What is not over; the rest is history, which nobody counts every fifteen seconds.
UNDER_WAY = ("pending", "held", "failed")
PATIENCE = text("set local statement_timeout = '5s'")


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal's figures. Delays are in seconds, 0 when nothing waits."""

    slug: str
    deadlines_late: int
    deadlines_lag: float
    outbox: int
    outbox_lag: float
    mails: dict[str, int]
    mails_lag: float
    webhooks: int
    webhooks_lag: float
    endpoints_paused: int
    incidents: int


def read_portals() -> Iterator[Portal]:
    """Every open portal, one transaction each. Raises what the database raises."""
    with transaction(operator("mesures")) as tx:
        found = [(one.id, one.slug) for one in list_tenants(tx.session) if one.suspended_at is None]
    for tenant_id, slug in found:
        yield _read(tenant_id, slug)


def _read(tenant_id: UUID, slug: str) -> Portal:
    with transaction(system(tenant_id, "mesures")) as tx:
        tx.session.execute(PATIENCE)
        late, late_since = notice.late_deadlines(tx.session, tx.now)
        outbox = relay.lag(tx.session)
        counted = tx.session.execute(
            select(Notification.state, func.count())
            .where(Notification.state.in_(UNDER_WAY))
            .group_by(Notification.state)
        )
        mails = dict.fromkeys(UNDER_WAY, 0) | {row[0]: row[1] for row in counted}
        webhooks, webhooks_since = _webhooks(tx)
        return Portal(
            slug,
            late,
            _seconds(late_since, tx.now),
            outbox["waiting"],
            _seconds(outbox["oldest_at"], tx.now),
            mails,
            _seconds(notice.oldest_mail(tx.session, tx.now), tx.now),
            webhooks,
            _seconds(webhooks_since, tx.now),
            _count(tx, select(func.count()).where(WebhookEndpoint.state == "paused")),
            _count(tx, select(func.count()).where(Incident.state == "open", Incident.began_at <= tx.now)),
        )


def _webhooks(tx: Tx) -> tuple[int, datetime | None]:
    """Deliveries that are due to addresses that are told, and the oldest."""
    due = (
        select(func.count(), func.min(WebhookDelivery.emitted_at))
        .join(
            WebhookEndpoint,
            (WebhookEndpoint.tenant_id == WebhookDelivery.tenant_id)
            & (WebhookEndpoint.id == WebhookDelivery.endpoint_id),
        )
        .where(WebhookDelivery.state == "due", WebhookEndpoint.state == "active")
    )
    row = tx.session.execute(due).one()
    return row[0], row[1]


def _count(tx: Tx, query: object) -> int:
    return int(tx.session.scalar(query) or 0)  # type: ignore[call-overload]


def _seconds(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0
