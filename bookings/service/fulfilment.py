"""What a placed order sets going, and what cancelling it undoes: a mission, or half-days on the account."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bookings.models import Entitlement, Mission, Order
from bookings.queries import order as orders
from bookings.queries import time_ledger as ledger
from bookings.queries.quote import Purchase
from bookings.queries.time_balance import received
from bookings.rules.quantity import half_days, last_day
from bookings.rules.states import MISSION
from bookings.service.mission import NewMission, cancel_mission, open_mission
from bookings.service.right import Right, department_of, find_site
from bookings.service.time_ledger import credit
from bookings.service.time_posting import Movement, hold, post
from bookings.service.today import today, zone_of
from kit.errors import Conflict
from kit.french import NBSP, count
from kit.transaction import Tx
from services_catalog.rules.service import read_service


def set_going(tx: Tx, order: Order, purchase: Purchase, right: Right) -> None:
    """Open the mission of an order, or put its half-days on the account of its organisation."""
    quote, version = purchase.quote, purchase.version
    length = half_days(quote.terms["unit"], quote.quantity, version.half_days)
    if version.mode == "time":
        starts_on = today(tx)
        ends_on = last_day(starts_on, read_service(version.document).valid_months)
        owner, place = order.organisation_id, quote.finess_et
        credit(tx, owner, place, length, "order", order.id, starts_on, ends_on, service_id=version.service_id)
        return
    entitlement = entitlement_of(tx, order)
    open_mission(
        tx,
        NewMission(
            organisation_id=order.organisation_id,
            service_version_id=version.id,
            title=version.title,
            mode=version.mode,
            half_days=length,
            order_id=order.id,
            award_id=entitlement.award_id if entitlement else None,
            finess_et=quote.finess_et,
            department=department_of(right, find_site(right, quote.finess_et)),
            due_on=entitlement.expires_on if entitlement else None,
            provider_id=order.provider_id,
            sentence=quote.terms["assignment"],
        ),
    )


def undo(tx: Tx, order: Order) -> None:
    """Cancel what the order set going. Raises Conflict once its work has begun or its half-days are used."""
    for mission in orders.list_missions(tx.session, [order.id], lock=True).get(order.id, []):
        if mission.state != "cancelled":
            cancel_mission(tx, mission)
    _take_back(tx, order.id)


def can_undo(tx: Tx, order: Order, missions: Sequence[Mission]) -> bool:
    """Whether `undo` would work now: no work has begun, and all the half-days are where they were bought."""
    if any(one.state != "cancelled" and not MISSION.can(one.state, "cancel") for one in missions):
        return False
    purchase = None if missions else orders.find_purchase(tx.session, order.id)
    if purchase is None:
        return True
    packet, _ = purchase
    return ledger.available_in(tx.session, packet.id) == received(tx.session, [packet.id])[packet.id]


def planned_on(tx: Tx, order_id: UUID, lock: bool = False) -> date | None:
    """The first day planned for an order, in the tenant's zone; None while none is. `lock` keeps it from moving."""
    missions = orders.list_missions(tx.session, [order_id], lock).get(order_id, [])
    starts = [one.starts_at for one in missions if one.starts_at is not None and one.state != "cancelled"]
    return min(starts).astimezone(zone_of(tx)).date() if starts else None


def entitlement_of(tx: Tx, order: Order) -> Entitlement | None:
    """The right that an order uses."""
    if order.entitlement_id is None:
        return None
    return tx.session.get_one(Entitlement, (tx.tenant_id, order.entitlement_id))


def _take_back(tx: Tx, order_id: UUID) -> None:
    """The half-days that an order bought leave the account by a counter-entry, when none of them was used."""
    purchase = orders.find_purchase(tx.session, order_id)
    if purchase is None:
        return
    packet, movement = purchase
    accounts = hold(tx, [packet.id], "purchased")
    bought = -ledger.entries_of(tx.session, movement.id)["purchased", None]
    left = accounts.balance(("available", packet.id))
    if left != bought:
        raise Conflict(
            f"Des demi-journées sont déjà utilisées, réservées, transférées ou expirées{NBSP}: il en reste "
            f"{count(left, 'libre', 'libres')} sur {bought}. Elle ne peut plus être annulée."
        )
    entries = {("available", packet.id): -bought, ("purchased", None): bought}
    post(tx, accounts, Movement("correct", packet.organisation_id, reverses_id=movement.id), entries)
