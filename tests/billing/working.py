"""Work that is accepted, from an order: where billing begins."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from billing.models import Invoice, InvoiceLine
from bookings.models import Mission, Order
from bookings.queries import order as orders
from bookings.service.ordering import order_quote
from bookings.service.quote import ask_quote
from kit import relay
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.relay import listener_name
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.buying import CONTACT, NOW, an_award
from tests.bookings.doing import Scene, accept, deliver
from tests.services_catalog.market import Facility, Market, a_facility, a_market

REFERENCES = {"engagement_number": "ENG-42", "service_code": "SRV-7", "purchaser_reference": "PO-9"}


def accepted_work(
    tenant: Tenant,
    percent: int | None = None,
    quantity: int = 1,
    market: Market | None = None,
    facility: Facility | None = None,
    **award: Any,
) -> Order:
    """An order, with a right of which the ARS pays `percent` (None: nobody's but its own), done and accepted."""
    market, facility = market or a_market(tenant), facility or a_facility(tenant)
    order = ordered(tenant, market, facility, percent, quantity, **award)
    for mission in _missions(tenant, order.id):
        scene = Scene(tenant, market, facility, market.supplier.owner, _planned(tenant, market, mission))
        deliver(scene)
        accept(scene)
    tell_work(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        return orders.get_order(tx.session, order.id)


def ordered(
    tenant: Tenant, market: Market, facility: Facility, percent: int | None = None, quantity: int = 1, **award: Any
) -> Order:
    """An order with the references of its purchaser."""
    from bookings.service.entitlement import open_entitlement, order_entitlement
    from kit import clock

    with clock.frozen(NOW):
        if percent is None:
            quote = ask_quote(facility.owner, market.service.slug, facility.organisation.id, quantity)
            return order_quote(facility.owner, quote.id, REFERENCES, CONTACT)
        given = an_award(tenant, facility, market.service.slug, ars_share_percent=percent, quantity=quantity, **award)
        with transaction(system(tenant.id, "tests")) as tx:
            right = open_entitlement(tx, given.id)
        assert right is not None
        return order_entitlement(facility.owner, right.id, REFERENCES, CONTACT)


def tell_work(tenant: Tenant, times: int = 2, topics: tuple[str, ...] = ("mission.accept", "order.")) -> None:
    """Deliver the news of work to everybody, each of them twice."""
    for _ in range(2):  # what is told makes news
        with transaction(system(tenant.id, "tests")) as tx:
            rows = tx.session.execute(select(OutboxMessage.id, OutboxMessage.topic).order_by(OutboxMessage.id)).all()
        for message_id, topic in rows:
            for reaction in SUBSCRIPTIONS.get(topic, ()) if topic.startswith(topics) else ():
                for _ in range(times):
                    relay.deliver(SUBSCRIPTIONS, tenant.id, message_id, listener_name(reaction))


def drafts_of(tenant: Tenant) -> list[tuple[Invoice, list[InvoiceLine]]]:
    """Every invoice with its lines, the first made first."""
    with transaction(system(tenant.id, "tests")) as tx:
        found = tx.session.scalars(select(Invoice).order_by(Invoice.id)).all()
        lines = tx.session.scalars(select(InvoiceLine).order_by(InvoiceLine.position)).all()
    return [(one, [line for line in lines if line.invoice_id == one.id]) for one in found]


def _missions(tenant: Tenant, order_id: UUID) -> list[Mission]:
    with transaction(system(tenant.id, "tests")) as tx:
        return orders.list_missions(tx.session, [order_id]).get(order_id, [])


def _planned(tenant: Tenant, market: Market, mission: Mission) -> Mission:
    with transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.get_one(Mission, (tenant.id, mission.id))
        row.state, row.consultant_id = "planned", market.supplier.consultant.id
        row.starts_at, row.ends_at = NOW, NOW
        return row
