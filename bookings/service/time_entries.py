"""An account as programs read it: the balance of a day, packets, entries by pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bookings.permissions import PERMISSIONS
from bookings.queries.time_balance import PacketLine, list_packet_lines
from bookings.queries.time_statement import balance_on, list_movements_after
from bookings.rules.time_statement import Balance, Entry
from bookings.service.time_place import facility_of
from bookings.service.today import today
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Organisation


@dataclass(frozen=True, slots=True)
class Balances:
    """What an organisation had at the end of day `on`; the packets that are not over, or not empty, now."""

    organisation: Organisation
    on: date
    balance: Balance
    packets: Sequence[PacketLine]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The lines of a page of movements; `after` asks for the next one."""

    items: Sequence[Entry]
    after: UUID | None


def view_balances(actor: Actor, organisation_id: UUID, on: date | None = None) -> Balances:
    """What an organisation had at the end of a day (today unless asked). Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        organisation = facility_of(tx, organisation_id)
        permit(PERMISSIONS, actor, "time_account.view", organisation)
        day = on or today(tx)
        balance = balance_on(tx.session, organisation_id, day)
        return Balances(organisation, day, balance, list_packet_lines(tx.session, organisation_id, today(tx)))


def list_entries(actor: Actor, organisation_id: UUID, after: UUID | None, limit: int) -> EntryPage:
    """The entries of `limit` movements of an organisation, the oldest first; those that follow movement `after`."""
    with transaction(actor) as tx:
        organisation = facility_of(tx, organisation_id)
        permit(PERMISSIONS, actor, "time_account.view", organisation)
        found = list_movements_after(tx.session, organisation_id, after, limit + 1)
        order = list(dict.fromkeys(entry.movement_id for entry in found))
        shown = set(order[:limit])
        more = order[limit - 1] if len(order) > limit else None
        return EntryPage([entry for entry in found if entry.movement_id in shown], more)
