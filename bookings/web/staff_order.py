"""Everybody's orders, for the GRADeS: filters, and what each lot's orders come to."""

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from bookings.queries.order import PAGE, LotTotal, OrderFilter
from bookings.rules.states import ORDER
from bookings.service import order_page
from bookings.web.order import blueprint
from bookings.web.order_words import order_card
from campaigns.rules.form import tidy
from kit.french import money
from kit.typed import identifier, number
from kit.web import actor, page, permission

LAST_PAGE = 10_000


@blueprint.get("/staff/orders")
@permission("order.list")
def list_orders() -> Response:
    """The orders that a filter finds, fifty a page."""
    args = request.args
    state = args.get("state", "")
    wanted = OrderFilter(
        state if state in ORDER.states else "", identifier(args.get("lot", "")), tidy(args.get("words", ""))[:100]
    )
    number = _page_number(args.get("page", ""))
    found = order_page.list_orders(actor(), wanted, number)
    kept: dict[str, Any] = {"state": wanted.state, "lot": str(wanted.lot_id or ""), "words": wanted.words}
    return page(
        "orders/list.html",
        orders=[order_card(line) for line in found.lines],
        total=found.total,
        lots=[_lot(one) for one in found.lots],
        wanted=kept,
        page_number=number,
        page_count=max(1, -(-found.total // PAGE)),
        url=lambda to: url_for(".list_orders", page=to, **{name: value for name, value in kept.items() if value}),
    )


def _lot(one: LotTotal) -> dict[str, Any]:
    return {
        "id": str(one.lot_id),
        "name": f"Lot {one.number} – {one.title}",
        "agreement": one.agreement,
        "orders": one.orders,
        "ordered": money(one.ordered_cents),
        "left": money(one.maximum_cents - one.ordered_cents),
        "maximum": money(one.maximum_cents),
        "percent": one.ordered_cents * 100 // one.maximum_cents if one.maximum_cents else 100,
    }


def _page_number(text: str) -> int:
    return min(number(text, 5) or 1, LAST_PAGE)
