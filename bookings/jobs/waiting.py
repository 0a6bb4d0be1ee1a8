"""What happens to offers by itself: one that nobody took in time goes to the next one who waits."""

from bookings.models import WaitingEntry
from bookings.queries.slot import get_slot
from bookings.service.waiting import close_offer
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def expire_offer(tx: Tx, message: OutboxMessage) -> None:
    """End an offer whose time is over. One that was taken, left or made again since is none of this deadline's."""
    entry = tx.session.get(WaitingEntry, (tx.tenant_id, message.subject_id))
    if entry is None:
        return
    slot = get_slot(tx.session, tx.tenant_id, entry.slot_id, lock=True)
    tx.session.refresh(entry)
    if entry.state == "offered" and entry.offer_ends_at is not None and entry.offer_ends_at <= tx.now:
        close_offer(tx, slot, entry, "expire")
