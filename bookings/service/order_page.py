"""Orders as they are read: one with all that surrounds it, one's own, everybody's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bookings.models import Mission, Order
from bookings.permissions import PERMISSIONS
from bookings.queries import entitlement as entitlements
from bookings.queries import order as orders
from bookings.queries import quote as quotes
from bookings.queries.entitlement import EntitlementRow
from bookings.queries.order import LotTotal, OrderFilter
from bookings.queries.quote import Purchase
from bookings.rules import approval
from bookings.rules.cancellation import Effect
from bookings.rules.states import ORDER
from bookings.rules.track import Step, track
from bookings.service.fulfilment import can_undo
from bookings.service.order import effect_of
from bookings.service.today import today
from kit.actor import Actor
from kit.errors import NotFound
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction

PAGE = orders.PAGE
MOST_WAITING = 100


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order in a list: what it buys, and where it is."""

    order: Order
    purchase: Purchase
    missions: Sequence[Mission]
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order. `may_place` when the reader is the person it waits for; `effect` is what cancelling costs now.

    `people` are names, by user. `effect` is None for whoever may not cancel it, and once its work has begun or its
    half-days are used.
    """

    line: OrderLine
    people: Mapping[UUID, str]
    may_place: bool
    may_refuse: bool
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class MyOrders:
    """The hub of a facility: what waits for an approval, its rights, its quotes still good, its orders.

    `after` asks for older orders.
    """

    waiting: Sequence[OrderLine]
    rights: Sequence[EntitlementRow]
    quotes: Sequence[Purchase]
    lines: Sequence[OrderLine]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class AllOrders:
    """A page of everybody's orders, and what each lot's come to."""

    lines: Sequence[OrderLine]
    total: int
    lots: Sequence[LotTotal]


def view_order(actor: Actor, order_id: UUID) -> OrderPage:
    """One order, for its two sides and the GRADeS. Raises NotFound to everybody else."""
    with transaction(actor) as tx:
        order = orders.get_order(tx.session, order_id)
        permit(PERMISSIONS, actor, "order.view", order)
        if order.placed_at is None and not allows(PERMISSIONS, actor, "quote.view", order):
            raise NotFound(orders.NO_ORDER)  # a provider hears of an order once it is placed
        (line,) = _lines(tx, [order])
        people = orders.list_people(tx.session, [order.requested_by, order.placed_by])
        waits = order.state == "requested" and allows(PERMISSIONS, actor, "order.place", order)
        second = not line.purchase.organisation.second_approval or approval.is_second(order.requested_by, actor.user_id)
        may_cancel = (
            allows(PERMISSIONS, actor, "order.cancel", order)
            and ORDER.can(order.state, "cancel")
            and can_undo(tx, order, line.missions)
        )
        return OrderPage(
            line,
            {user_id: user.name for user_id, user in people.items()},
            waits and second,
            waits and actor.user_id != order.requested_by,
            effect_of(tx, order) if may_cancel else None,
        )


def list_my_orders(actor: Actor, after: UUID | None = None, limit: int = PAGE) -> MyOrders:
    """What the actor's organisations have ordered, or may; as many queries for thirty orders as for one."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "entitlement.view")
        mine = list(actor.organisations)
        waiting = [] if after else orders.list_mine(tx.session, mine, ("requested",), limit=MOST_WAITING)
        others = tuple(state for state in ORDER.states if state != "requested")
        found = orders.list_mine(tx.session, mine, others, after, limit + 1)
        shown = found[:limit]
        lines = _lines(tx, [*waiting, *shown])
        is_first = after is None
        return MyOrders(
            lines[: len(waiting)],
            entitlements.list_entitlements(tx.session, mine, limit=MOST_WAITING, states=("open",)) if is_first else [],
            quotes.list_usable(tx.session, mine, today(tx), MOST_WAITING) if is_first else [],
            lines[len(waiting) :],
            shown[-1].id if len(found) > limit else None,
        )


def list_orders(actor: Actor, wanted: OrderFilter, page: int = 1) -> AllOrders:
    """Everybody's orders, for the GRADeS; `page` counts from 1."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "order.list")
        found = orders.list_orders(tx.session, wanted, page)
        return AllOrders(_lines(tx, found), orders.count_orders(tx.session, wanted), orders.list_lot_totals(tx.session))


def page_of_orders(actor: Actor, after: UUID | None, limit: int) -> tuple[Sequence[OrderLine], UUID | None]:
    """A page of one's orders, asked or received; everybody's for the GRADeS. The last asked first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "order.view")
        whose = None if allows(PERMISSIONS, actor, "order.list") else list(actor.organisations)
        found = orders.list_mine(tx.session, whose, (), after, limit + 1)
        shown = found[:limit]
        return _lines(tx, shown), shown[-1].id if len(found) > limit else None


def _lines(tx: Tx, found: Sequence[Order]) -> list[OrderLine]:
    purchases = quotes.purchases(tx.session, [one.quote_id for one in found])
    missions = orders.list_missions(tx.session, [one.id for one in found])
    lines = []
    for order in found:
        purchase, work = purchases[order.quote_id], missions.get(order.id, [])
        lines.append(OrderLine(order, purchase, work, track(order, purchase.version.mode, work)))
    return lines
