"""A period of a subscription begins: its draft is made, and those that a worker that was down has missed."""

from billing.queries.subscription import get_subscription
from billing.service.subscription import charge_due
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def charge_period(tx: Tx, message: OutboxMessage) -> None:
    """Make the drafts of every period that has begun (subscription.charge); those there already are not made again."""
    charge_due(tx, get_subscription(tx.session, message.subject_id, lock=True))
