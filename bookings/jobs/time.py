"""What happens to half-days by themselves, and what their people are told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bookings.models import TimePacket
from bookings.queries import time_ledger as ledger
from bookings.service import time_ledger
from bookings.service.time_notice import packet_words, tell_people, transfer_words
from bookings.service.time_posting import SOON
from bookings.service.today import today
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def tell_grant(tx: Tx, message: OutboxMessage) -> None:
    """Say that half-days were given, to the people of their organisation."""
    packet = ledger.get_packet(tx.session, message.subject_id)
    _tell(tx, "time_granted", message.id, packet, ledger.received(tx.session, packet.id))


def tell_carry_over(tx: Tx, message: OutboxMessage) -> None:
    """Say that half-days that were about to expire go on."""
    packet = ledger.get_packet(tx.session, message.subject_id)
    _tell(tx, "time_carried_over", message.id, packet, ledger.received(tx.session, packet.id))


def tell_transfer(tx: Tx, message: OutboxMessage) -> None:
    """Say to the people of both sides what went from one place to another."""
    words = transfer_words(tx, ledger.get_movement(tx.session, message.subject_id))
    for organisation_id in dict.fromkeys((words["source_id"], words["target_id"])):
        tell_people(tx, "time_transferred", message.id, organisation_id, words)


def warn_of_expiry(tx: Tx, message: OutboxMessage) -> None:
    """Say that available half-days expire within 30 days; nothing when none is left, or when it is too late."""
    packet = ledger.get_packet(tx.session, message.subject_id)
    left = ledger.available_in(tx.session, packet.id)
    if left and packet.expires_on - SOON <= today(tx) <= packet.expires_on:
        _tell(tx, "time_expires_soon", message.id, packet, left)


def expire_packet(tx: Tx, message: OutboxMessage) -> None:
    """Take away what is available in a packet whose last day is over, and say so. Twice is once."""
    packet = ledger.get_packet(tx.session, message.subject_id)
    lost = time_ledger.expire(tx, packet)
    if lost:
        _tell(tx, "time_expired", message.id, packet, lost)


def tell_lapse(tx: Tx, message: OutboxMessage) -> None:
    """Say that released half-days (`message.key` says how many) were of a packet whose last day was over."""
    _tell(tx, "time_expired", message.id, ledger.get_packet(tx.session, message.subject_id), int(message.key))


def _tell(tx: Tx, what: str, occasion: UUID, packet: TimePacket, half_days: int) -> None:
    words: Mapping[str, Any] = packet_words(tx, packet, half_days)
    tell_people(tx, what, occasion, packet.organisation_id, words)
