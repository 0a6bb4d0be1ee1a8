"""Rights, quotes and orders, for programs: the same commands as the pages."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from bookings.schemas import order as schemas
from bookings.service import entitlement as rights
from bookings.service import order_page, ordering
from bookings.service import quote as quotes
from kit import clock
from kit.web import actor, permission

blueprint = Blueprint("order_api", __name__, description="Droits, devis, commandes")


@blueprint.get("/entitlements")
@permission("entitlement.view")
@blueprint.arguments(schemas.OrdersQuery, location="query")
@blueprint.response(200, schemas.EntitlementsView)
def list_entitlements(query: dict[str, Any]) -> Any:
    """List the rights of one's organisations; everybody's for the GRADeS."""
    found = rights.list_entitlements(actor(), query["after"], query["limit"])
    items = [{"row": row, "order_id": order.id if order else None} for row, order in found.items]
    return {"items": items, "after": found.after}


@blueprint.post("/entitlements/<uuid:entitlement_id>/order")
@permission("order.request")
@blueprint.arguments(schemas.UseEntitlement)
@blueprint.response(201, schemas.OrderView)
@blueprint.alt_response(200, schema=schemas.OrderView)
def use_entitlement(body: dict[str, Any], entitlement_id: UUID) -> Any:
    """Order what a right gives, in one go; the order there is already answers 200."""
    order = rights.order_entitlement(actor(), entitlement_id, body, body["contact"], body["finess_et"], body["size"])
    return order_page.view_order(actor(), order.id), 201 if order.requested_at == clock.now() else 200


@blueprint.post("/entitlements/<uuid:entitlement_id>/close")
@permission("entitlement.close")
@blueprint.response(204)
def close_entitlement(entitlement_id: UUID) -> None:
    """Close a right that nobody used."""
    rights.close_entitlement(actor(), entitlement_id)


@blueprint.get("/quotes")
@permission("quote.view")
@blueprint.arguments(schemas.OrdersQuery, location="query")
@blueprint.response(200, schemas.QuotesView)
def list_quotes(query: dict[str, Any]) -> Any:
    """List the quotes of one's organisations, everybody's for the GRADeS; the last drawn up first."""
    items, after = quotes.list_quotes(actor(), query["after"], query["limit"])
    return {"items": items, "after": after}


@blueprint.post("/quotes")
@permission("quote.draw_up")
@blueprint.arguments(schemas.AskQuote)
@blueprint.response(201, schemas.QuoteView)
def ask_quote(body: dict[str, Any]) -> Any:
    """Draw up a quote: the right to order, the price for this organisation, who does it, who pays."""
    quote = quotes.ask_quote(
        actor(),
        body["service"],
        body["organisation_id"],
        body["quantity"],
        body["finess_et"],
        body["size"],
        body["provider_id"],
    )
    return quotes.view_quote(actor(), quote.id).purchase


@blueprint.get("/quotes/<uuid:quote_id>")
@permission("quote.view")
@blueprint.response(200, schemas.QuoteView)
def view_quote(quote_id: UUID) -> Any:
    """Read a quote."""
    return quotes.view_quote(actor(), quote_id).purchase


@blueprint.get("/orders")
@permission("order.view")
@blueprint.arguments(schemas.OrdersQuery, location="query")
@blueprint.response(200, schemas.OrdersView)
def list_orders(query: dict[str, Any]) -> Any:
    """List one's orders, asked or received; everybody's for the GRADeS. The last asked first."""
    items, after = order_page.page_of_orders(actor(), query["after"], query["limit"])
    return {"items": items, "after": after}


@blueprint.post("/orders")
@permission("order.request")
@blueprint.arguments(schemas.PlaceOrder)
@blueprint.response(201, schemas.OrderView)
@blueprint.alt_response(200, schema=schemas.OrderView)
def order_quote(body: dict[str, Any]) -> Any:
    """Order what a quote promises; the order there is already answers 200."""
    order = ordering.order_quote(actor(), body["quote_id"], body, body["contact"])
    return order_page.view_order(actor(), order.id), 201 if order.requested_at == clock.now() else 200


@blueprint.get("/orders/<uuid:order_id>")
@permission("order.view")
@blueprint.response(200, schemas.OrderView)
def view_order(order_id: UUID) -> Any:
    """Read an order: where it is, and what cancelling it would cost now."""
    return order_page.view_order(actor(), order_id)


@blueprint.post("/orders/<uuid:order_id>/place")
@permission("order.place")
@blueprint.response(200, schemas.OrderView)
def place_order(order_id: UUID) -> Any:
    """Approve an order that waits for a second person."""
    ordering.place_order(actor(), order_id)
    return order_page.view_order(actor(), order_id)


@blueprint.post("/orders/<uuid:order_id>/refuse")
@permission("order.refuse")
@blueprint.arguments(schemas.OrderMotive)
@blueprint.response(200, schemas.OrderView)
def refuse_order(body: dict[str, Any], order_id: UUID) -> Any:
    """Refuse an order that waits, and say why."""
    ordering.refuse_order(actor(), order_id, body["motive"])
    return order_page.view_order(actor(), order_id)


@blueprint.post("/orders/<uuid:order_id>/cancel")
@permission("order.cancel")
@blueprint.arguments(schemas.CancelOrder)
@blueprint.response(200, schemas.OrderView)
def cancel_order(body: dict[str, Any], order_id: UUID) -> Any:
    """Cancel an order at the cost that was read, and say why."""
    ordering.cancel_order(actor(), order_id, body["motive"], body["fee_cents"])
    return order_page.view_order(actor(), order_id)
