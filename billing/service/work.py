"""From accepted work to drafts: one by payer, once; and the fee of a late cancellation."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from billing.models import Invoice
from billing.permissions import PERMISSIONS
from billing.queries import work as queries
from billing.rules import work as rules
from billing.rules.shares import Part, split
from billing.service.charge import Charge, charge
from billing.service.customer import customer_of, funder
from billing.service.vat import measure_of
from bookings.models import Order
from bookings.queries import order as orders
from bookings.queries import quote as quotes
from bookings.queries.quote import Purchase
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.service.today import zone_of

MOST_AT_ONCE = 500


def charge_order(tx: Tx, order_id: UUID) -> list[Invoice]:
    """The drafts of an order that is complete, or was cancelled late; what was charged already is left as it is.

    Locks the order, then makes its customers when they are new.
    """
    order = orders.get_order(tx.session, order_id, lock=True)
    if order.state == "completed":
        return _charge_work(tx, order)
    if order.state == "cancelled" and order.fee_cents:
        return _charge_fee(tx, order)
    return []


def charge_unbilled(actor: Actor, most: int = MOST_AT_ONCE) -> int:
    """Charge the work that was accepted and never was (`most` orders at a time); returns how many drafts are new.

    One transaction by order: killed or clicked twice, what is done is done once.
    """
    made, after = 0, None
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.create")
        found = queries.list_unbilled(tx.session, after, most)
    for order_id in found:
        with transaction(actor) as tx:
            made += len(charge_order(tx, order_id))
    return made


def count_unbilled(tx: Tx) -> int:
    """How many orders wait for `charge_unbilled`."""
    return queries.count_unbilled(tx.session)


def _charge_work(tx: Tx, order: Order) -> list[Invoice]:
    purchase = quotes.purchases(tx.session, [order.quote_id])[order.quote_id]
    quote = purchase.quote
    accepted_at = queries.last_acceptance(tx.session, order.id)
    at = accepted_at or order.completed_at or tx.now
    delivered_on = at.astimezone(zone_of(tx)).date()
    grant = queries.find_grant(tx.session, order.entitlement_id) if order.entitlement_id else None
    percent = grant[0].ars_share_percent if grant else None
    capped = bool(grant and grant[0].cap_cents is not None and grant[0].cap_cents == quote.ars_cents)
    ordered = replace(_ordered(order, purchase, percent, capped), accepted=accepted_at is not None)
    drafts = [
        charge(tx, _part(tx, order, purchase, ordered, part, delivered_on, grant[1] if grant else None))
        for part in split(quote.total_cents, quote.vat_cents, quote.ars_cents)
    ]
    return [one for one in drafts if one is not None]


def _part(
    tx: Tx,
    order: Order,
    purchase: Purchase,
    ordered: rules.Ordered,
    part: Part,
    delivered_on: date,
    campaign_id: UUID | None,
) -> Charge:
    """What one payer is charged. The purchaser's references are the facility's: the ARS has its own."""
    quote, is_ars = purchase.quote, part.share == "ars"
    measure = measure_of(quote, part.share)
    return Charge(
        source="order",
        source_key=str(order.id),
        share=part.share,
        customer=funder(tx) if is_ars else customer_of(tx, order.organisation_id),
        subject="service",
        designation=rules.designation(ordered, part.share),
        detail=rules.detail(ordered, part.share, quote.total_cents, delivered_on),
        total_cents=part.total_cents,
        quantity=measure.quantity,
        unit_code=measure.unit_code,
        quoted_vat_cents=part.vat_cents,
        quoted_rate=quote.vat_permille * 10,
        service_id=purchase.service.id,
        order_id=order.id,
        campaign_id=campaign_id,
        delivered_on=delivered_on,
        engagement_number="" if is_ars else order.engagement_number,
        service_code="" if is_ars else order.service_code,
        purchaser_reference="" if is_ars else order.purchaser_reference,
    )


def _charge_fee(tx: Tx, order: Order) -> list[Invoice]:
    purchase = quotes.purchases(tx.session, [order.quote_id])[order.quote_id]
    cancelled_on = (order.cancelled_at or tx.now).astimezone(zone_of(tx)).date()
    ordered = _ordered(order, purchase)
    draft = charge(
        tx,
        Charge(
            source="order_fee",
            source_key=str(order.id),
            customer=customer_of(tx, order.organisation_id),
            subject="late_fee",
            designation=rules.fee_designation(ordered.service),
            detail=rules.fee_detail(ordered, cancelled_on),
            net_cents=order.fee_cents,
            service_id=purchase.service.id,
            order_id=order.id,
            delivered_on=cancelled_on,
            engagement_number=order.engagement_number,
            service_code=order.service_code,
            purchaser_reference=order.purchaser_reference,
        ),
    )
    return [draft] if draft else []


def _ordered(order: Order, purchase: Purchase, percent: int | None = None, capped: bool = False) -> rules.Ordered:
    """The facts that its lines tell, as the quote kept them."""
    quote, terms = purchase.quote, purchase.quote.terms
    site = terms.get("site") or {}
    return rules.Ordered(
        number=order.number,
        service=terms.get("service") or purchase.version.title,
        buyer=purchase.organisation.name,
        site=f"{site['name'] or 'établissement'} ({site['finess_et']})" if site else "",
        provider=(terms.get("provider") or {}).get("name") or purchase.provider.name,
        unit=terms.get("unit", "package"),
        quantity=quote.quantity,
        unit_cents=quote.unit_cents,
        percent=percent,
        capped=capped,
    )
