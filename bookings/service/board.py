"""The GRADeS's board of missions: what needs it today, and whether providers can absorb what was granted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bookings.permissions import PERMISSIONS
from bookings.queries import board, delivery
from bookings.queries import mission_list as lists
from bookings.queries.delivery import Opinion
from bookings.queries.mission_list import MissionFilter, MissionRow
from bookings.rules.capacity import Outlook, months_from, outlook
from bookings.service.today import today
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import transaction

WATCHED = ("unassigned", "late", "delivered", "unplanned")
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Board:
    """By view: how many missions, and the first of them. `opinions` are averages of three answers at least."""

    on: date
    counts: Mapping[str, int]
    rows: Mapping[str, Sequence[MissionRow]]
    outlook: Outlook
    opinions: Sequence[Opinion]


def view_board(actor: Actor) -> Board:
    """What the GRADeS watches, in as many queries for a thousand missions as for one."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "mission.list")
        session, on = tx.session, today(tx)
        starts = months_from(on)
        filters = {view: MissionFilter(on, view) for view in ("current", *WATCHED)}
        return Board(
            on,
            {view: lists.count_missions(session, None, wanted) for view, wanted in filters.items()},
            {view: lists.list_missions(session, None, filters[view], limit=SHOWN) for view in WATCHED},
            outlook(
                starts,
                board.capacity_by_month(session, starts),
                board.planned_by_month(session, starts),
                board.to_plan_by_month(session),
                board.granted_by_month(session),
            ),
            delivery.list_opinions(session),
        )
