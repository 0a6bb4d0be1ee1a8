"""Steps of an order: asked, placed, completed, cancelled. Locks go from it to its missions; the lot comes last."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from bookings.models import Order, Quote
from bookings.permissions import PERMISSIONS
from bookings.queries import entitlement as entitlements
from bookings.queries import order as orders
from bookings.queries import quote as quotes
from bookings.rules import approval, cancellation, validity
from bookings.rules.cancellation import Effect
from bookings.rules.details import OrderDetails
from bookings.rules.states import ENTITLEMENT, ORDER
from bookings.service.fulfilment import planned_on, set_going, undo
from bookings.service.in_force import check_in_force
from bookings.service.today import today
from kit.db import uuid7
from kit.errors import Conflict
from kit.permissions import allows, permit
from kit.reference import new_reference
from kit.transaction import Tx
from services_catalog.rules.service import read_service
from services_catalog.service.ceiling import check_left, commit_amount, release_amount

DONE = ("accepted", "cancelled")


def request(tx: Tx, quote: Quote, details: OrderDetails) -> Order:
    """Order what a quote promises; placed at once, unless it waits for somebody of the organisation.

    Whoever comes second finds the order of the first. Raises Conflict as `place` does.
    """
    permit(PERMISSIONS, tx.actor, "order.request", quote)
    existing = orders.find_of_quote(tx.session, quote.id)
    if existing is not None:
        return _still_live(existing, quote)
    validity.check_quote(quote.number, quote.valid_until, today(tx))
    purchase = quotes.purchases(tx.session, [quote.id])[quote.id]
    may_place = allows(PERMISSIONS, tx.actor, "order.place", quote)
    waits = approval.waits(purchase.organisation.second_approval, may_place)
    if not waits:
        check_left(purchase.lot, quote.net_cents)
    order = _write(tx, quote, details)
    if order is None:  # somebody else's click came first, and is committed now
        return _still_live(orders.get_of_quote(tx.session, quote.id), quote)
    _use_entitlement(tx, quote)
    tx.audit("order.request", order.id, number=order.number, net_cents=order.net_cents)
    tx.emit("order.request", order.id)
    if not waits:
        place(tx, order)
    return order


def place(tx: Tx, order: Order) -> None:
    """Place an order (locked by the caller): it counts against its lot, and its mission or its half-days are there.

    Raises Conflict with what is in the way: the second person, the dates, the right, the provider, the ceiling.
    """
    permit(PERMISSIONS, tx.actor, "order.place", order)
    ORDER.target(order.state, "place")
    purchase = quotes.purchases(tx.session, [order.quote_id])[order.quote_id]
    approval.check_approver(purchase.organisation.second_approval, order.requested_by, tx.actor.user_id)
    right = check_in_force(tx, order, purchase)
    order.placed_by, order.placed_at = tx.actor.user_id, tx.now
    tx.advance(order, ORDER, "place", number=order.number, net_cents=order.net_cents)
    tx.session.flush()
    set_going(tx, order, purchase, right)
    commit_amount(tx, order.lot_id, order.provider_id, order.net_cents)


def complete_order(tx: Tx, order_id: UUID) -> bool:
    """Complete an order once all its missions are accepted; returns whether it is now. Twice is once.

    An order of half-days has no mission of its own: it ends with what it bought (bookings/service/time_order.py).
    """
    order = orders.get_order(tx.session, order_id, lock=True)
    missions = orders.list_missions(tx.session, [order_id]).get(order_id, [])
    if order.state != "placed" or not missions or any(one.state not in DONE for one in missions):
        return False
    order.completed_at = tx.now
    tx.advance(order, ORDER, "complete")
    return True


def cancel(tx: Tx, order: Order, motive: str) -> None:
    """Cancel an order (locked by the caller): its mission, its right and its part of the lot, minus the fee, are free.

    Raises Conflict once its work has begun or its half-days are used.
    """
    permit(PERMISSIONS, tx.actor, "order.cancel", order)
    ORDER.target(order.state, "cancel")
    fee = effect_of(tx, order, lock=True).fee_cents
    was_placed = order.state == "placed"
    order.cancelled_at, order.cancel_motive, order.fee_cents = tx.now, motive, fee
    tx.advance(order, ORDER, "cancel", number=order.number, fee_cents=fee)
    if was_placed:
        undo(tx, order)
    give_back_entitlement(tx, order)
    if was_placed:
        release_amount(tx, order.lot_id, order.provider_id, order.net_cents - fee)


def effect_of(tx: Tx, order: Order, lock: bool = False) -> Effect:
    """What cancelling the order would cost now; `lock` for whoever is about to."""
    if order.state != "placed":
        return Effect(0, "Cette commande n’est pas encore passée\N{NO-BREAK SPACE}: l’annuler est sans frais.")
    purchase = quotes.purchases(tx.session, [order.quote_id])[order.quote_id]
    policy = read_service(purchase.version.document).cancellation
    return cancellation.effect(policy, order.net_cents, planned_on(tx, order.id, lock), today(tx))


def give_back_entitlement(tx: Tx, order: Order) -> None:
    """The right that an order used is there again."""
    if order.entitlement_id is not None:
        entitlement = entitlements.get_entitlement(tx.session, order.entitlement_id, lock=True)
        tx.advance(entitlement, ENTITLEMENT, "restore")


def _write(tx: Tx, quote: Quote, details: OrderDetails) -> Order | None:
    """The new order; None when the quote has one already."""
    row = {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "number": new_reference("BC", tx.now.year),
        "quote_id": quote.id,
        "organisation_id": quote.organisation_id,
        "provider_id": quote.provider_id,
        "lot_id": quote.lot_id,
        "entitlement_id": quote.entitlement_id,
        "net_cents": quote.net_cents,
        "total_cents": quote.total_cents,
        "state": ORDER.initial,
        "purchaser_reference": details.purchaser_reference,
        "engagement_number": details.engagement_number,
        "service_code": details.service_code,
        "contact": dict(details.contact),
        "requested_by": tx.actor.user_id,
        "requested_at": tx.now,
        "terms": quote.terms,
    }
    statement = insert(Order).values(row).on_conflict_do_nothing(index_elements=["tenant_id", "quote_id"])
    written: Order | None = tx.session.scalar(statement.returning(Order))
    return written


def _still_live(order: Order, quote: Quote) -> Order:
    if order.state not in orders.LIVE:
        raise Conflict(f"Le devis {quote.number} a déjà servi. Demandez-en un nouveau.")
    return order


def _use_entitlement(tx: Tx, quote: Quote) -> None:
    if quote.entitlement_id is not None:
        entitlement = entitlements.get_entitlement(tx.session, quote.entitlement_id, lock=True)
        validity.check_right(entitlement.expires_on, today(tx))
        tx.advance(entitlement, ENTITLEMENT, "use")
