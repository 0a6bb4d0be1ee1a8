"""Who is told of an order, once however often the news comes."""

from collections.abc import Callable

from sqlalchemy import select

from bookings.jobs.order import tell_cancellation, tell_place, tell_refusal, tell_request
from bookings.models import Order
from bookings.service.ordering import cancel_order, refuse_order, set_second_approval
from kit import clock
from kit.actor import system
from kit.db import uuid7
from kit.outbox import OutboxMessage
from kit.transaction import Tx, transaction
from notifications.models import Notification
from tenants.models import Tenant
from tests.bookings.buying import NOW, an_order
from tests.services_catalog.market import a_facility, a_market, a_member


def told(tenant: Tenant, order: Order, react: Callable[[Tx, OutboxMessage], None], topic: str) -> dict[str, str]:
    """The title of what each address is told, the news being delivered twice."""
    message = OutboxMessage(id=uuid7(), topic=topic, subject_id=order.id, key="", emitted_at=NOW)
    for _ in range(2):
        with transaction(system(tenant.id, "tests")) as tx:
            react(tx, message)
    with transaction(system(tenant.id, "tests")) as tx:
        found = tx.session.scalars(select(Notification).where(Notification.key.contains(str(message.id)))).all()
    assert len(found) == len({one.email for one in found})
    return {one.email: one.title.partition("\u00a0:")[0] for one in found}


def test_a_placed_order_is_told_to_both_sides(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    a_member(tenant, facility.organisation.id, "reader")
    order = an_order(market, facility)
    assert told(tenant, order, tell_place, "order.place") == {
        facility.owner.email: "Commande passée",
        market.supplier.owner.email: "Nouvelle commande",
    }
    assert told(tenant, order, tell_request, "order.request") == {}


def test_a_waiting_order_is_told_to_whoever_may_approve_it(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    set_second_approval(facility.owner, facility.organisation.id, True)
    second = a_member(tenant, facility.organisation.id, "editor")
    a_member(tenant, facility.organisation.id, "reader")
    order = an_order(market, facility)
    assert told(tenant, order, tell_request, "order.request") == {second.email: "Une commande attend votre accord"}
    refuse_order(second, order.id, "Pas de budget.")
    assert told(tenant, order, tell_refusal, "order.refuse") == {facility.owner.email: "Commande refusée"}


def test_a_cancelled_order_is_told_to_the_provider_when_it_had_it(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    order = an_order(market, facility)
    with clock.frozen(NOW):
        cancel_order(facility.owner, order.id, "Travaux.")
    both = {facility.owner.email: "Commande annulée", market.supplier.owner.email: "Commande annulée"}
    assert told(tenant, order, tell_cancellation, "order.cancel") == both
    set_second_approval(facility.owner, facility.organisation.id, True)
    waiting = an_order(market, facility)
    with clock.frozen(NOW):
        cancel_order(facility.owner, waiting.id, "Erreur.")
    assert told(tenant, waiting, tell_cancellation, "order.cancel") == {facility.owner.email: "Commande annulée"}
