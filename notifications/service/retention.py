"""Notices whose period is over, and what was sent to programs. A mail that has not left yet stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, tuple_

from kit.retention import Expiring
from kit.transaction import Tx
from notifications.models import Notification
from notifications.models.webhook import WebhookDelivery, WebhookEndpoint
from notifications.queries.webhook import LOOK_BACK

ON_ITS_WAY = ("pending", "held")


def _notices(before: datetime) -> Select[Any, Any]:
    since = Notification.created_at
    return select(Notification.id, since.label("since")).where(Notification.state.not_in(ON_ITS_WAY), since < before)


def _remove_notices(tx: Tx, notices: Sequence[UUID]) -> None:
    tx.session.execute(delete(Notification).where(Notification.id.in_(notices)))


def _deliveries(before: datetime) -> Select[Any, Any]:
    """Not what would be read again in the outbox, and told again."""
    one, key = WebhookDelivery, func.jsonb_build_array(WebhookDelivery.endpoint_id, WebhookDelivery.message_id)
    read = one.emitted_at < WebhookEndpoint.read_at - LOOK_BACK
    known = select(key, one.emitted_at.label("since")).join(WebhookEndpoint, WebhookEndpoint.id == one.endpoint_id)
    return known.where(one.state != "due", one.emitted_at < before, read)


def _remove_deliveries(tx: Tx, keys: Sequence[Any]) -> None:
    one = WebhookDelivery
    tx.session.execute(delete(one).where(tuple_(one.endpoint_id, one.message_id).in_([tuple(key) for key in keys])))


EXPIRING = (
    Expiring("notification", _notices, _remove_notices),
    Expiring("webhook_delivery", _deliveries, _remove_deliveries),
)
