"""What happens to half-days by themselves, and what their people are told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bookings.jobs.mission import MILESTONE
from bookings.models import TimePacket
from bookings.queries import order as orders
from bookings.queries import time_ledger as ledger
from bookings.queries.time_balance import received
from bookings.queries.time_purchase import packets_of_mission, used_of
from bookings.service import time_ledger
from bookings.service.fulfilment import entitlement_of
from bookings.service.time_notice import packet_words, tell_people, transfer_words
from bookings.service.time_order import complete_spent, hold_orders
from bookings.service.time_posting import SOON
from bookings.service.today import today
from campaigns.service.award import prove_milestone
from kit.errors import NotFound
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def tell_grant(tx: Tx, message: OutboxMessage) -> None:
    """Say that half-days were given, to the people of their organisation."""
    packet = ledger.get_packet(tx.session, message.subject_id)
    _tell(tx, "time_granted", message.id, packet, received(tx.session, [packet.id])[packet.id])


def tell_carry_over(tx: Tx, message: OutboxMessage) -> None:
    """Say that half-days that were about to expire go on."""
    packet = ledger.get_packet(tx.session, message.subject_id)
    _tell(tx, "time_carried_over", message.id, packet, received(tx.session, [packet.id])[packet.id])


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
    bought_by = hold_orders(tx, [packet.id])
    lost = time_ledger.expire(tx, packet)
    complete_spent(tx, bought_by)
    if lost:
        _tell(tx, "time_expired", message.id, packet, lost)


def tell_lapse(tx: Tx, message: OutboxMessage) -> None:
    """Say that released half-days (`message.key` says how many) were of a packet whose last day was over."""
    complete_spent(tx, hold_orders(tx, [message.subject_id]))
    _tell(tx, "time_expired", message.id, ledger.get_packet(tx.session, message.subject_id), int(message.key))


def close_orders(tx: Tx, message: OutboxMessage) -> None:
    """A mission is accepted: complete the orders whose last half-days it used."""
    complete_spent(tx, hold_orders(tx, packets_of_mission(tx.session, message.subject_id)))


def close_corrected(tx: Tx, message: OutboxMessage) -> None:
    """A movement is corrected, maybe by a larger one: complete the orders of which nothing is left."""
    mission_id = ledger.get_movement(tx.session, message.subject_id).mission_id
    if mission_id is not None:
        complete_spent(tx, hold_orders(tx, packets_of_mission(tx.session, mission_id)))


def prove_use(tx: Tx, message: OutboxMessage) -> None:
    """An order of half-days that an award gave is complete: those that were used prove its service, as a mission does.

    Half-days that all expired prove nothing.
    """
    order = orders.get_order(tx.session, message.subject_id)
    right = entitlement_of(tx, order)
    if right is None or not used_of(tx.session, order.id):
        return
    try:
        prove_milestone(tx, right.award_id, MILESTONE, "order", order.id)
    except NotFound:  # a call may have milestones of its own, and not this one
        tx.audit("order.prove_nothing", order.id, award=str(right.award_id))


def _tell(tx: Tx, what: str, occasion: UUID, packet: TimePacket, half_days: int) -> None:
    words: Mapping[str, Any] = packet_words(tx, packet, half_days)
    tell_people(tx, what, occasion, packet.organisation_id, words)
