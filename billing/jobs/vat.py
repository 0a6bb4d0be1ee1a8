"""Drafts follow the VAT rules."""

from billing.service.vat_rule import refresh_drafts
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def follow_rules(tx: Tx, message: OutboxMessage) -> None:
    """A rule was set or removed: every draft is worked out again."""
    refresh_drafts(tx)
