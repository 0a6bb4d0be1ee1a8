"""An order of half-days is complete once nothing is left of what it bought: all used, or expired."""

from collections.abc import Collection, Sequence
from uuid import UUID

from bookings.models import Order
from bookings.queries.time_purchase import left_of, lock_buyers
from bookings.rules.states import ORDER
from kit.transaction import Tx


def hold_orders(tx: Tx, packet_ids: Collection[UUID]) -> Sequence[Order]:
    """The orders that bought what these packets hold or held, locked: to be called before any account is."""
    return lock_buyers(tx.session, packet_ids) if packet_ids else []


def complete_spent(tx: Tx, held: Sequence[Order]) -> None:
    """Complete those of the held orders of which nothing is left, wherever carry-overs and transfers took it."""
    tx.session.flush()
    for order in held:
        if not left_of(tx.session, order.id):
            order.completed_at = tx.now
            tx.advance(order, ORDER, "complete")
