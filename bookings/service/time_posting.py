"""Writing in the time ledger: accounts locked in the order of their ids, movements that sum to zero."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_once

from bookings.models import TimeAccount, TimeEntry, TimeMovement, TimePacket
from bookings.queries import time_ledger as ledger
from bookings.queries.time_ledger import AccountRow
from bookings.rules.states import PACKET_ACCOUNTS
from bookings.rules.time import Drawn, Holding
from bookings.service.today import local_instant, today
from kit.db import uuid7
from kit.transaction import Tx

# An account: its kind and its packet (None: the tenant's).
Key = tuple[str, UUID | None]
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Movement:
    """Why half-days move. `effective_on` None is today."""

    kind: str
    organisation_id: UUID
    mission_id: UUID | None = None
    reverses_id: UUID | None = None
    note: str = ""
    effective_on: date | None = None


class Accounts:
    """Accounts under lock, and their balances as this transaction leaves them."""

    def __init__(self, rows: Collection[AccountRow]) -> None:
        self._ids: dict[Key, UUID] = {}
        self._balances: dict[Key, int] = {}
        for row in rows:
            self.add(row)

    def add(self, row: AccountRow) -> None:
        """Count one more account."""
        self._ids[row.kind, row.packet_id] = row.id
        self._balances[row.kind, row.packet_id] = row.balance

    def id(self, key: Key) -> UUID:
        """The account's identifier."""
        return self._ids[key]

    def balance(self, key: Key) -> int:
        """What the account holds."""
        return self._balances[key]

    def move(self, key: Key, half_days: int) -> None:
        """Follow an entry."""
        self._balances[key] += half_days

    def holdings(self, packets: Collection[TimePacket], kind: str = "available") -> list[Holding]:
        """What packets hold in their accounts of a kind."""
        return [Holding(one.id, one.expires_on, self._balances[kind, one.id]) for one in packets]


def hold(tx: Tx, packet_ids: Collection[UUID], *kinds: str) -> Accounts:
    """Lock the accounts of some packets and the tenant's of these kinds.

    Those of the tenant are made when first needed, before anything is locked: whoever waits for their maker holds no
    account yet. One call for everything that a transaction moves keeps the order of locks, and nobody in a deadlock.
    """
    tx.session.flush()
    for kind in sorted(kinds):
        row = {"tenant_id": tx.tenant_id, "id": uuid7(), "kind": kind, "packet_id": None, "balance": 0}
        tx.session.execute(insert_once(TimeAccount).values(row).on_conflict_do_nothing())
    return Accounts(ledger.list_accounts(tx.session, packet_ids, kinds, lock=True))


def post(tx: Tx, accounts: Accounts, movement: Movement, entries: Mapping[Key, int]) -> TimeMovement:
    """Write a movement and its lines. The database refuses one that does not sum to zero, or overdraws."""
    row = tx.add(
        TimeMovement(
            id=uuid7(),
            kind=movement.kind,
            organisation_id=movement.organisation_id,
            mission_id=movement.mission_id,
            reverses_id=movement.reverses_id,
            effective_on=movement.effective_on or today(tx),
            note=movement.note,
            author_id=tx.actor.user_id,
            made_at=tx.now,
        )
    )
    tx.session.flush()
    lines = sorted((accounts.id(key), number) for key, number in entries.items())
    whose = {"tenant_id": tx.tenant_id, "movement_id": row.id}
    tx.session.execute(insert(TimeEntry), [whose | {"account_id": id, "half_days": number} for id, number in lines])
    for key, number in entries.items():
        accounts.move(key, number)
    moved = sum(number for number in entries.values() if number > 0)
    tx.audit(f"time_account.{movement.kind}", row.id, organisation=str(movement.organisation_id), half_days=moved)
    return row


def from_packets(drawn: Drawn, kind: str, target: str | None = None) -> dict[Key, int]:
    """The lines that take half-days out of packets' accounts: into the same packets' `target`, when there is one."""
    entries: dict[Key, int] = {(kind, packet_id): -number for packet_id, number in drawn.items()}
    if target is not None:
        entries |= {(target, packet_id): number for packet_id, number in drawn.items()}
    return entries


def open_packet(tx: Tx, accounts: Accounts, packet: TimePacket) -> TimePacket:
    """Add a packet with its two accounts, empty, and the two deadlines of its end.

    `accounts` gets them: nobody else sees them before the commit, so there is nothing to lock.
    """
    packet.created_at = tx.now
    tx.add(packet)
    tx.session.flush()
    for kind in PACKET_ACCOUNTS:
        account = tx.add(TimeAccount(id=uuid7(), kind=kind, packet_id=packet.id, balance=0))
        accounts.add(AccountRow(account.id, kind, packet.id, 0))
    tx.due("time_packet.expire", packet.id, local_instant(tx, packet.expires_on + timedelta(days=1), 0))
    if packet.expires_on - SOON > today(tx):
        tx.due("time_packet.expire_soon", packet.id, local_instant(tx, packet.expires_on - SOON, 8))
    return packet
