"""Who waits for a place is served first: a freed place is offered, in order of arrival, and counted until it is taken
or given up. Steps; the slot is locked by whoever calls."""

from bookings.models import Slot, WaitingEntry
from bookings.queries.slot import list_waiting
from bookings.rules.places import offer_ends_at
from bookings.rules.states import WAITING
from kit.transaction import Tx

EXPIRES = "waiting.offer_expires"


def serve_waiting(tx: Tx, slot: Slot) -> None:
    """Offer the free places of a locked slot, in order of arrival, to each request they are enough for.

    Nobody is offered a place in a session that began or is cancelled.
    """
    if slot.state != "open" or tx.now >= slot.starts_at or slot.taken >= slot.capacity:
        return
    for entry in list_waiting(tx.session, slot.id, "waiting"):
        if slot.taken + entry.places <= slot.capacity:
            _offer(tx, slot, entry)


def close_offer(tx: Tx, slot: Slot, entry: WaitingEntry, move: str) -> None:
    """End a live request by `move` (leave, expire); a place that was kept for it goes to the next one."""
    offered = entry.state == "offered"
    tx.advance(entry, WAITING, move)
    tx.undue(EXPIRES, entry.id)
    if offered:
        slot.taken -= entry.places
        tx.session.flush()
        serve_waiting(tx, slot)


def _offer(tx: Tx, slot: Slot, entry: WaitingEntry) -> None:
    entry.offer_ends_at = offer_ends_at(tx.now, slot.starts_at)
    tx.advance(entry, WAITING, "offer")
    slot.taken += entry.places
    tx.due(EXPIRES, entry.id, entry.offer_ends_at)
