"""One's calendar on a page: a month, a week, a list; and the address to follow it from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from bookings.permissions import PERMISSIONS
from bookings.queries import calendar as appointments
from bookings.queries.calendar import Appointment, Cell
from bookings.queries.session import Viewer
from bookings.rules import grid
from bookings.rules.grid import Span
from bookings.rules.halves import midnight
from bookings.service.session import viewer_of
from bookings.service.today import today
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Provider
from tenants.models import Tenant

IN_A_DAY, IN_A_HALF, ON_A_PAGE = 3, 6, 40
LIST_SPAN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Pages:
    """A month or a week: its days, and what they hold by (day, half); the half is "" in a month."""

    today: date
    span: Span
    cells: Mapping[tuple[date, str], Cell]
    providers: Sequence[Provider]

    @property
    def total(self) -> int:
        """How many appointments begin on the days asked for."""
        inside = (cell.total for cell in self.cells.values() if self.span.first <= cell.on <= self.span.last)
        return sum(inside)


@dataclass(frozen=True, slots=True)
class Agenda:
    """The next appointments, in order; `after` asks for those that follow."""

    today: date
    first: date
    appointments: Sequence[Appointment]
    providers: Sequence[Provider]
    after: UUID | None


def view_month(actor: Actor, on: date | None = None, provider_id: UUID | None = None) -> Pages:
    """The month of a day (today without one): each day counted, its first appointments written."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "slot.view")
        return _pages(tx, grid.month(grid.within(on or today(tx))), IN_A_DAY, False, provider_id)


def view_week(actor: Actor, on: date | None = None, provider_id: UUID | None = None) -> Pages:
    """The week of a day (today without one), by half-days."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "slot.view")
        return _pages(tx, grid.week(grid.within(on or today(tx))), IN_A_HALF, True, provider_id)


def view_agenda(
    actor: Actor,
    first: date | None = None,
    after: UUID | None = None,
    provider_id: UUID | None = None,
    last: date | None = None,
    limit: int = ON_A_PAGE,
) -> Agenda:
    """The appointments from a day on (today without one), until another (included; a year without one), by pages."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "slot.view")
        first = grid.within(first or today(tx))
        last = min(last or first + LIST_SPAN, first + LIST_SPAN)
        viewer, zone = viewer_of(actor), _zone(tx)
        found = appointments.list_appointments(
            tx.session,
            viewer,
            midnight(first, zone),
            midnight(last + timedelta(days=1), zone),
            limit + 1,
            after=after,
            provider_id=provider_id,
        )
        shown = found[:limit]
        more = shown[-1].slot.id if len(found) > limit else None
        return Agenda(today(tx), first, shown, _providers(tx, viewer), more)


def view_slot(actor: Actor, slot_id: UUID) -> Appointment:
    """One appointment. Raises NotFound to whoever may not see it."""
    with transaction(actor) as tx:
        found = appointments.get_appointment(tx.session, slot_id)
        permit(PERMISSIONS, actor, "slot.view", found.slot)
        return found


def _pages(tx: Tx, span: Span, shown: int, by_half: bool, provider_id: UUID | None) -> Pages:
    viewer, zone, days = viewer_of(tx.actor), _zone(tx), span.days
    cells = appointments.list_cells(
        tx.session,
        viewer,
        midnight(days[0], zone),
        midnight(days[-1] + timedelta(days=1), zone),
        zone,
        shown,
        by_half=by_half,
        provider_id=provider_id,
    )
    return Pages(today(tx), span, {(cell.on, cell.half): cell for cell in cells}, _providers(tx, viewer))


def _providers(tx: Tx, viewer: Viewer) -> Sequence[Provider]:
    return appointments.list_providers(tx.session) if viewer.everything else []


def _zone(tx: Tx) -> str:
    return tx.session.get_one(Tenant, tx.tenant_id).zone
