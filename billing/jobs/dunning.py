"""An invoice that was issued has its reminders planned; each leaves once, if it still makes sense that day."""

from billing.service.reminding import plan_reminders, remind_due
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def plan(tx: Tx, message: OutboxMessage) -> None:
    """Set the deadlines of an invoice just issued (invoice.issue)."""
    plan_reminders(tx, message.subject_id)


def remind(tx: Tx, message: OutboxMessage) -> None:
    """The day of a reminder has come (receivable.remind); the key is its level."""
    remind_due(tx, message.subject_id, int(message.key))
