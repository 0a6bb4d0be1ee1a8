"""Group sessions as people see them: the programme, and one of them with who comes and who waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bookings.models import Booking, Mission, WaitingEntry
from bookings.permissions import PERMISSIONS, doers, grades
from bookings.queries import availability as diaries
from bookings.queries import session as sessions
from bookings.queries.session import PAGE, SessionRow, Viewer
from bookings.service.today import today
from kit.actor import Actor
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from services_catalog.models import Consultant, Service
from services_catalog.rules.price import Priced, Unpriced
from services_catalog.service.price import price_step
from tenants.models import Organisation


@dataclass(frozen=True, slots=True)
class Programme:
    """A page of sessions to come, with the places and requests of one's organisations; `after` asks for the next."""

    rows: Sequence[SessionRow]
    mine: Mapping[UUID, Sequence[Booking]]
    waiting: Mapping[UUID, WaitingEntry]
    after: UUID | None
    may_open: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """What a session is for one gestionnaire: the price of a place, what it has, what it waits for (and which rank),
    the order of its own that still has no session."""

    organisation: Organisation
    price: Priced | Unpriced
    bookings: Sequence[Booking]
    waiting: WaitingEntry | None
    rank: int
    ordered: Mission | None
    may_buy: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One session. Who comes, who waits and who ordered without a date are for whoever keeps it; empty for others."""

    row: SessionRow
    seats: Sequence[Seat]
    keeps: bool
    present: Sequence[tuple[Booking, Organisation]]
    queue: Sequence[tuple[WaitingEntry, Organisation]]
    homeless: Sequence[tuple[Mission, Organisation]]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new session may be made of."""

    services: Sequence[Service]
    consultants: Sequence[Consultant]


def view_programme(
    actor: Actor, after: UUID | None = None, limit: int = PAGE, service_id: UUID | None = None
) -> Programme:
    """The sessions to come, the next one first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "slot.view")
        found = sessions.list_programme(tx.session, viewer_of(actor), tx.now, after, limit + 1, service_id)
        rows = found[:limit]
        ids, mine = [row.slot.id for row in rows], list(actor.organisations)
        return Programme(
            rows,
            sessions.bookings_by_slot(tx.session, ids, mine) if mine else {},
            sessions.waiting_by_slot(tx.session, ids, mine) if mine else {},
            rows[-1].slot.id if len(found) > limit else None,
            bool(actor.suppliers) or grades(actor, None),
        )


def view_session(actor: Actor, slot_id: UUID) -> SessionPage:
    """One session. Raises NotFound to whoever may not see it."""
    with transaction(actor) as tx:
        row = sessions.get_session(tx.session, slot_id)
        permit(PERMISSIONS, actor, "slot.view", row.slot)
        keeps = doers(actor, row.slot) or grades(actor, row.slot)
        queue = sessions.list_queue(tx.session, slot_id)
        buyers = sessions.list_buyers(tx.session, list(actor.organisations)) if actor.organisations else []
        return SessionPage(
            row,
            [_seat(tx, row, buyer, queue) for buyer in buyers[:5]],
            keeps,
            sessions.list_present(tx.session, slot_id) if keeps else [],
            queue if keeps else [],
            sessions.list_homeless(tx.session, row, None) if grades(actor, row.slot) else [],
        )


def view_opening(actor: Actor) -> Opening:
    """What a session may be opened with: services done in sessions, consultants of whoever asks."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "slot.write")
        consultants = diaries.list_consultants(tx.session, None)
        mine = [one for one in consultants if allows(PERMISSIONS, actor, "availability.write", one)]
        return Opening(sessions.list_session_services(tx.session), mine)


def viewer_of(actor: Actor) -> Viewer:
    """Whose sessions and appointments the actor sees."""
    return Viewer(list(actor.organisations), grades(actor, None) or actor.kind in ("system", "operator"))


def _seat(tx: Tx, row: SessionRow, buyer: Organisation, queue: Sequence[tuple[WaitingEntry, Organisation]]) -> Seat:
    ids = [entry.organisation_id for entry, _ in queue]
    rank = ids.index(buyer.id) + 1 if buyer.id in ids else 0
    _, price = price_step(
        tx, row.service.id, buyer.finess_ej or "", today(tx), 1, provider_id=row.provider.id, size=None
    )
    ordered = sessions.list_homeless(tx.session, row, [buyer.id], 1)
    return Seat(
        buyer,
        price,
        sessions.bookings_by_slot(tx.session, [row.slot.id], [buyer.id]).get(row.slot.id, []),
        queue[rank - 1][0] if rank else None,
        rank,
        ordered[0][0] if ordered else None,
        allows(PERMISSIONS, tx.actor, "booking.take", buyer),
    )
