"""An organisation's account as its people read it: balances, packets, statement of a period, picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from bookings.permissions import PERMISSIONS
from bookings.queries.time_balance import PacketLine, list_packet_lines, standing
from bookings.queries.time_statement import balance_on, list_entries
from bookings.rules import time_statement as rules
from bookings.rules.time_picture import Picture, picture
from bookings.rules.time_statement import Statement
from bookings.service.time_place import establishment_names, facility_of
from bookings.service.today import today
from kit.actor import Actor
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation


@dataclass(frozen=True, slots=True)
class AccountPage:
    """An account. `available` may be used today, `later` from a day to come; `soon` are packets that expire in 30 days.

    `names` are the establishments', by number.
    """

    organisation: Organisation
    names: Mapping[str, str]
    packets: Sequence[PacketLine]
    available: int
    later: int
    reserved: int
    consumed: int
    expired: int
    statement: Statement
    picture: Picture
    today: date
    can_book: bool
    can_transfer: bool
    can_grant: bool
    can_correct: bool

    @property
    def soon(self) -> list[tuple[date, int]]:
        """What expires within 30 days: half-days by last day, the soonest first."""
        found: dict[date, int] = {}
        for one in self.packets:
            if one.available and self.is_soon(one):
                found[one.packet.expires_on] = found.get(one.packet.expires_on, 0) + one.available
        return sorted(found.items())

    @property
    def later_on(self) -> date:
        """The day when the first half-days of `later` may be used."""
        return min(one.packet.starts_on for one in self.packets if one.packet.starts_on > self.today and one.available)

    def is_soon(self, line: PacketLine) -> bool:
        """Whether a packet expires within 30 days."""
        return self.today <= line.packet.expires_on <= self.today + timedelta(days=30)


def view_account(
    actor: Actor, organisation_id: UUID, since: date | None = None, until: date | None = None
) -> AccountPage:
    """The account of an organisation over a period (the last twelve months unless asked). Raises Invalid (from, to)."""
    with transaction(actor) as tx:
        organisation = facility_of(tx, organisation_id)
        permit(PERMISSIONS, actor, "time_account.view", organisation)
        day = today(tx)
        first, last = rules.period(since, until, day)
        names = establishment_names(tx, organisation)
        packets = list_packet_lines(tx.session, organisation_id, first)
        found = statement_of(tx, organisation_id, first, last, names)
        totals = _totals(tx, organisation_id)
        usable = [one for one in packets if one.packet.starts_on <= day <= one.packet.expires_on]
        later = [one for one in packets if one.packet.starts_on > day]
        ends = max((one.packet.expires_on for one in packets), default=last)
        return AccountPage(
            organisation=organisation,
            names=names,
            packets=packets,
            available=sum(one.available for one in usable),
            later=sum(one.available for one in later),
            reserved=totals["reserved"],
            consumed=totals["consumed"],
            expired=totals["expired"],
            statement=found,
            picture=picture(found, ends, day),
            today=day,
            **{f"can_{act}": allows(PERMISSIONS, actor, f"time_account.{act}", organisation) for act in ACTS},
        )


ACTS = ("book", "transfer", "grant", "correct")


def statement_of(tx: Tx, organisation_id: UUID, since: date, until: date, names: Mapping[str, str]) -> Statement:
    """The statement of a period, both days included."""
    opening = balance_on(tx.session, organisation_id, since - timedelta(days=1))
    entries = list_entries(tx.session, organisation_id, since, until)
    return rules.statement(since, until, opening, entries, dict(names))


def _totals(tx: Tx, organisation_id: UUID) -> Mapping[str, int]:
    totals = dict.fromkeys(("available", "reserved", "consumed", "expired"), 0)
    for (_, kind), number in standing(tx.session, organisation_id).items():
        totals[kind] += number
    return totals
