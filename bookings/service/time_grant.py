"""The GRADeS gives half-days, and carries over those that would expire."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bookings.models import TimePacket
from bookings.permissions import PERMISSIONS
from bookings.queries import time_ledger as ledger
from bookings.rules import time as rules
from bookings.service.time_ledger import credit
from bookings.service.time_place import facility_of, place_of
from bookings.service.time_posting import Key, Movement, hold, open_packet, post
from bookings.service.today import today
from kit.actor import Actor
from kit.db import uuid7
from kit.permissions import permit
from kit.transaction import Tx, transaction


@dataclass(frozen=True, slots=True)
class Grant:
    """What the GRADeS gives: `finess_et` None for the whole organisation, `starts_on` None from today."""

    organisation_id: UUID
    half_days: int
    expires_on: date
    finess_et: str | None = None
    starts_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Half-days of a packet that go on until a later day."""

    packet_id: UUID
    half_days: int
    expires_on: date
    note: str = ""


def grant_time(actor: Actor, asked: Grant) -> TimePacket:
    """Give half-days to an organisation. Raises Invalid (half_days, expires_on, starts_on, finess_et), NotFound."""
    with transaction(actor) as tx:
        return grant(tx, asked)


def carry_over_time(actor: Actor, asked: CarryOver) -> TimePacket:
    """Put available half-days of a packet into a new one that lasts longer. Raises Invalid, Conflict, NotFound."""
    with transaction(actor) as tx:
        return carry_over(tx, asked)


def grant(tx: Tx, asked: Grant) -> TimePacket:
    """The step of `grant_time`."""
    organisation = facility_of(tx, asked.organisation_id)
    permit(PERMISSIONS, tx.actor, "time_account.grant", organisation)
    starts_on = asked.starts_on or today(tx)
    rules.check_half_days(asked.half_days)
    rules.check_life(starts_on, asked.expires_on, today(tx))
    finess_et, note = place_of(tx, organisation, asked.finess_et).finess_et, rules.read_note(asked.note)
    return credit(tx, organisation.id, finess_et, asked.half_days, "grant", None, starts_on, asked.expires_on, note)


def carry_over(tx: Tx, asked: CarryOver) -> TimePacket:
    """The step of `carry_over_time`."""
    packet = ledger.get_packet(tx.session, asked.packet_id)
    permit(PERMISSIONS, tx.actor, "time_account.carry_over", packet)
    rules.check_later(packet.expires_on, asked.expires_on, today(tx))
    rules.check_half_days(asked.half_days)
    accounts = hold(tx, [packet.id])
    rules.draw(accounts.holdings([packet]), asked.half_days)
    longer = TimePacket(
        id=uuid7(),
        organisation_id=packet.organisation_id,
        finess_et=packet.finess_et,
        service_id=packet.service_id,
        source="carry_over",
        source_id=packet.id,
        starts_on=packet.starts_on,
        expires_on=asked.expires_on,
    )
    open_packet(tx, accounts, longer)
    moved: dict[Key, int] = {("available", packet.id): -asked.half_days, ("available", longer.id): asked.half_days}
    post(tx, accounts, Movement("carry_over", packet.organisation_id, note=rules.read_note(asked.note)), moved)
    tx.emit("time_account.carry_over", longer.id)
    return longer
