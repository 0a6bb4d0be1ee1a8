"""Half-days of the shared CISO: credited, reserved for a mission, released, consumed, expired. Steps, called by others.

The rows of the mission or the order are locked by the caller, before any account (docs/time-ledger.md).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from bookings.models import Mission, TimePacket
from bookings.queries import time_ledger as ledger
from bookings.rules import time as rules
from bookings.rules.time import Drawn, Holding, Settlement
from bookings.service.time_posting import Accounts, Movement, from_packets, hold, open_packet, post
from bookings.service.today import today
from kit.db import uuid7
from kit.transaction import Tx


def credit(
    tx: Tx,
    organisation_id: UUID,
    finess_et: str | None,
    half_days: int,
    source: str,
    source_id: UUID | None,
    starts_on: date,
    expires_on: date,
    note: str = "",
    service_id: UUID | None = None,
) -> TimePacket:
    """Give an organisation half-days, for one establishment or for all of them, until the end of `expires_on`.

    `source` "order" is a purchase, any other a grant; `service_id` None: for any service of time. Raises Invalid for a
    number that is none.
    """
    rules.check_half_days(half_days)
    origin, kind = ("purchased", "purchase") if source == "order" else ("granted", "grant")
    accounts = hold(tx, [], origin)
    packet = TimePacket(
        id=uuid7(),
        organisation_id=organisation_id,
        finess_et=finess_et,
        service_id=service_id,
        source=source,
        source_id=source_id,
        starts_on=starts_on,
        expires_on=expires_on,
    )
    open_packet(tx, accounts, packet)
    entries = {(origin, None): -half_days, ("available", packet.id): half_days}
    post(tx, accounts, Movement(kind, organisation_id, note=note), entries)
    if kind == "grant":
        tx.emit("time_account.grant", packet.id)
    return packet


def reserve(tx: Tx, mission: Mission, half_days: int, note: str = "") -> None:
    """Set half-days aside for a mission, the soonest to expire first. Raises Conflict with the balance when short."""
    rules.check_half_days(half_days)
    packets = ledger.list_usable(
        tx.session, mission.organisation_id, mission.finess_et, today(tx), mission.service_version_id
    )
    accounts = hold(tx, [one.id for one in packets])
    drawn = rules.draw(accounts.holdings(packets), half_days)
    post(tx, accounts, _of(mission, "reserve", note), from_packets(drawn, "available", "reserved"))


def release(tx: Tx, mission: Mission) -> None:
    """Give back what is still reserved for a mission. What has expired meanwhile expires at once. Twice is once."""
    packets = ledger.list_packets(tx.session, ledger.reserved_for(tx.session, mission.id))
    if packets:
        accounts = hold_with_expiry(tx, packets)
        give_back(tx, accounts, mission, packets, ledger.reserved_for(tx.session, mission.id))


def consume(tx: Tx, mission: Mission, half_days: int) -> Settlement:
    """Use the half-days of an accepted time sheet: those reserved, then those available; the rest is released.

    Raises Conflict with the balance when both together are short: nothing is used then.
    """
    held = ledger.list_packets(tx.session, ledger.reserved_for(tx.session, mission.id))
    usable = ledger.list_usable(
        tx.session, mission.organisation_id, mission.finess_et, today(tx), mission.service_version_id
    )
    accounts = hold_with_expiry(tx, held, usable, "consumed")
    reserved = holdings_of(held, ledger.reserved_for(tx.session, mission.id))
    settled = rules.settle(reserved, accounts.holdings(usable), half_days)
    entries = from_packets(settled.from_reserved, "reserved") | from_packets(settled.from_available, "available")
    if entries:
        post(tx, accounts, _of(mission, "consume"), entries | {("consumed", None): settled.half_days})
    give_back(tx, accounts, mission, held, settled.released)
    return settled


def expire(tx: Tx, packet: TimePacket) -> int:
    """Take away what is available in a packet whose last day is over; returns how many half-days. Twice is once.

    What is reserved stays for its mission. Nothing before the packet's last day is over.
    """
    if today(tx) <= packet.expires_on:
        return 0
    accounts = hold(tx, [packet.id], "expired")
    return end(tx, accounts, packet, accounts.balance(("available", packet.id)), packet.expires_on + timedelta(days=1))


def expected(tx: Tx, mission: Mission, half_days: int) -> Settlement:
    """What `consume` would do now, without locking anything. Raises Conflict as it would."""
    held = ledger.reserved_for(tx.session, mission.id)
    usable = ledger.list_usable(
        tx.session, mission.organisation_id, mission.finess_et, today(tx), mission.service_version_id
    )
    accounts = Accounts(ledger.list_accounts(tx.session, [one.id for one in usable]))
    reserved = holdings_of(ledger.list_packets(tx.session, held), held)
    return rules.settle(reserved, accounts.holdings(usable), half_days)


def usable_by(tx: Tx, mission: Mission) -> int:
    """How many half-days a mission's facility may still draw for it today."""
    usable = ledger.list_usable(
        tx.session, mission.organisation_id, mission.finess_et, today(tx), mission.service_version_id
    )
    accounts = Accounts(ledger.list_accounts(tx.session, [one.id for one in usable]))
    return sum(one.half_days for one in accounts.holdings(usable))


def hold_with_expiry(tx: Tx, back: Sequence[TimePacket], others: Sequence[TimePacket] = (), *kinds: str) -> Accounts:
    """Lock what half-days going back to the packets of `back` may need: the expired ones' have nowhere else to go."""
    day = today(tx)
    expired = ["expired"] if any(one.expires_on < day for one in back) else []
    return hold(tx, {one.id for one in (*back, *others)}, *kinds, *expired)


def give_back(tx: Tx, accounts: Accounts, mission: Mission, packets: Sequence[TimePacket], released: Drawn) -> None:
    """Make reserved half-days available again; those of a packet whose last day is over expire at once."""
    if not released:
        return
    post(tx, accounts, _of(mission, "release"), from_packets(released, "reserved", "available"))
    for packet in packets:
        if packet.id in released and packet.expires_on < today(tx):
            end(tx, accounts, packet, released[packet.id], today(tx))
            tx.emit("time_packet.lapse", packet.id, str(released[packet.id]))


def end(tx: Tx, accounts: Accounts, packet: TimePacket, half_days: int, on: date) -> int:
    """Write that available half-days of a packet expired on a day; returns how many."""
    if half_days:
        entries = {("available", packet.id): -half_days, ("expired", None): half_days}
        post(tx, accounts, Movement("expire", packet.organisation_id, effective_on=on), entries)
    return half_days


def holdings_of(packets: Sequence[TimePacket], half_days: Drawn) -> list[Holding]:
    """What packets hold, from half-days by packet."""
    return [Holding(one.id, one.expires_on, half_days.get(one.id, 0)) for one in packets]


def _of(mission: Mission, kind: str, note: str = "") -> Movement:
    return Movement(kind, mission.organisation_id, mission_id=mission.id, note=note)
