"""Accepted work and late cancellations become drafts."""

from billing.service.work import charge_order
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def charge_work(tx: Tx, message: OutboxMessage) -> None:
    """An order is complete: a draft by payer."""
    charge_order(tx, message.subject_id)


def charge_late_fee(tx: Tx, message: OutboxMessage) -> None:
    """An order is cancelled: a draft of its fee, if it has one."""
    charge_order(tx, message.subject_id)
