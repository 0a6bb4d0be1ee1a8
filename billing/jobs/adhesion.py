"""Fees that somebody prepared: each makes its draft, once."""

from billing.service.adhesion import charge_asked
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def charge_fee(tx: Tx, message: OutboxMessage) -> None:
    """Make the draft of a fee (adhesion_fee.charge); the key says whose, which adhesion, which year and how much."""
    charge_asked(tx, message.key)
