"""A movement is never rewritten: a counter-entry takes it back, once, and maybe a right one follows."""

from dataclasses import dataclass
from uuid import UUID

from bookings.models import Mission, TimeMovement
from bookings.permissions import PERMISSIONS
from bookings.queries import mission as missions
from bookings.queries import time_ledger as ledger
from bookings.rules import time_correction as rules
from bookings.rules.time import read_note
from bookings.service.time_ledger import consume, end
from bookings.service.time_posting import Accounts, Movement, hold, post
from bookings.service.today import today
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction


@dataclass(frozen=True, slots=True)
class Correction:
    """A movement to take back, why, and for a consumption how many half-days it should have been (0: none)."""

    movement_id: UUID
    note: str
    instead: int = 0


def correct_time(actor: Actor, asked: Correction) -> TimeMovement:
    """Take a movement back. Raises Conflict, saying why, when it was already, or when a balance would be negative."""
    with transaction(actor) as tx:
        return correct(tx, asked)


def correct(tx: Tx, asked: Correction) -> TimeMovement:
    """The step of `correct_time`. The mission is locked before the accounts, as everywhere."""
    wrong = ledger.get_movement(tx.session, asked.movement_id)
    permit(PERMISSIONS, tx.actor, "time_account.correct", wrong)
    note = read_note(asked.note)
    undone = ledger.get_movement(tx.session, wrong.reverses_id).kind if wrong.reverses_id else None
    rules.check_correction(wrong.kind, undone, note, asked.instead)
    mission = None
    if wrong.mission_id is not None:
        mission = missions.lock_with_order(tx.session, tx.tenant_id, wrong.mission_id)
    back = {key: -number for key, number in ledger.entries_of(tx.session, wrong.id).items()}
    accounts = _hold(tx, {packet_id for _, packet_id in back if packet_id}, mission, {kind for kind, _ in back})
    rules.check_once(ledger.find_reversal(tx.session, wrong.id) is not None)
    rules.check_balances({key: accounts.balance(key) for key in back}, back)
    movement = Movement("correct", wrong.organisation_id, wrong.mission_id, wrong.id, note)
    made = post(tx, accounts, movement, back)
    _expire_again(
        tx, accounts, {packet_id: number for (kind, packet_id), number in back.items() if kind == "available"}
    )
    if mission is not None:
        consume(tx, mission, asked.instead)
    tx.emit("time_account.correct", made.id)
    return made


def _hold(tx: Tx, packet_ids: set[UUID], mission: Mission | None, kinds: set[str]) -> Accounts:
    """Everything that the correction may move, at once: what the mission may draw from as well."""
    tenant_kinds = {"consumed", "expired", *kinds} - {"available", "reserved"}
    if mission is not None:
        usable = ledger.list_usable(
            tx.session, mission.organisation_id, mission.finess_et, today(tx), mission.service_version_id
        )
        packet_ids = packet_ids | {one.id for one in usable}
    return hold(tx, packet_ids, *tenant_kinds)


def _expire_again(tx: Tx, accounts: Accounts, back: dict[UUID | None, int]) -> None:
    """What comes back to a packet whose last day is over expires at once."""
    for packet in ledger.list_packets(tx.session, [packet_id for packet_id in back if packet_id]):
        if packet.expires_on < today(tx) and back[packet.id] > 0:
            end(tx, accounts, packet, back[packet.id], today(tx))
