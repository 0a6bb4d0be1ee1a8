"""What happens to who waits: an offer is told, ends by itself and goes to the next one; a cancelled session is told."""

from typing import Any

from bookings.models import Slot, WaitingEntry
from bookings.queries.guest import WRITERS, list_members
from bookings.queries.slot import get_slot
from bookings.rules.halves import when
from bookings.service.waiting import close_offer
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many
from tenants.models import Organisation, Tenant

WHY = "Vous recevez ce message parce que votre organisme attend une place dans cette séance."


def expire_offer(tx: Tx, message: OutboxMessage) -> None:
    """End an offer whose time is over (waiting.offer_expires). One that was taken or left since is not touched."""
    entry = tx.session.get(WaitingEntry, (tx.tenant_id, message.subject_id))
    if entry is None:
        return
    slot = get_slot(tx.session, tx.tenant_id, entry.slot_id, lock=True)
    tx.session.refresh(entry)
    if entry.state == "offered" and entry.offer_ends_at is not None and entry.offer_ends_at <= tx.now:
        close_offer(tx, slot, entry, "expire")


def tell_offer(tx: Tx, message: OutboxMessage) -> None:
    """A place is kept for an organisation (waiting.offer): its writers, until when; nothing once that is over."""
    entry, slot = _entry(tx, message)
    if entry.state == "offered" and entry.offer_ends_at is not None and tx.now < entry.offer_ends_at:
        _tell(tx, message, "waiting_offered", entry, slot, ends_at=entry.offer_ends_at, action_text="Prendre la place")


def tell_expiry(tx: Tx, message: OutboxMessage) -> None:
    """Nobody answered in time (waiting.expire): the organisation reads it, and may ask again while there is time."""
    entry, slot = _entry(tx, message)
    if slot.state == "open" and tx.now < slot.starts_at:
        _tell(tx, message, "waiting_expired", entry, slot, action_text="Voir la séance")


def tell_who_waited(tx: Tx, message: OutboxMessage) -> None:
    """A request ended (waiting.leave): told when its session was cancelled; who left by themselves know it."""
    entry, slot = _entry(tx, message)
    if slot.state == "cancelled":
        _tell(tx, message, "waiting_cancelled", entry, slot, action_text="Voir le programme")


def _entry(tx: Tx, message: OutboxMessage) -> tuple[WaitingEntry, Slot]:
    entry = tx.session.get_one(WaitingEntry, (tx.tenant_id, message.subject_id))
    return entry, get_slot(tx.session, tx.tenant_id, entry.slot_id)


def _tell(tx: Tx, message: OutboxMessage, what: str, entry: WaitingEntry, slot: Slot, **words: Any) -> None:
    tenant = tx.session.get_one(Tenant, tx.tenant_id)
    organisation = tx.session.get_one(Organisation, (tx.tenant_id, entry.organisation_id))
    context = {
        "slot": slot,
        "places": entry.places,
        "organisation": organisation.name,
        "when": when(slot.starts_at, slot.ends_at, tenant.zone),
        "why": WHY,
        **words,
    }
    members = list_members(tx.session, [entry.organisation_id]).get(entry.organisation_id, [])
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{what}:{message.id}:{guest.user_id}",
                template=f"bookings/{what}",
                subject_id=slot.id,
                email=guest.email,
                user_id=guest.user_id,
                path=f"/sessions/{slot.id}" if slot.state == "open" else "/sessions",
                context=context,
            )
            for guest, role in members
            if role in WRITERS
        ],
    )
