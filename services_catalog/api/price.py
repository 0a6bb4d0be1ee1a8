"""The price for me, for programs."""

from typing import Any

from flask_smorest import Blueprint

from kit.web import actor, permission
from services_catalog.rules.bracket import ASKED
from services_catalog.schemas import price as schemas
from services_catalog.schemas.price import as_view
from services_catalog.service.price_list import Question, ask_price
from services_catalog.service.price_list import list_prices as priced

blueprint = Blueprint("price_api", __name__, description="Prix négociés")


@blueprint.get("/prices")
@permission("price.ask")
@blueprint.arguments(schemas.PricesQuery, location="query")
@blueprint.response(200, schemas.PricesView)
def list_prices(query: dict[str, Any]) -> Any:
    """List the services on sale with their price, or why they have none."""
    after, limit = query.pop("after"), query.pop("limit")
    found = priced(actor(), _question(query), after, limit)
    return {
        "facility": found.facility,
        "adherent": found.adherent,
        "on": found.on,
        "quantity": found.quantity,
        "items": [as_view(line.slug, line.title, price) for line, price in found.items],
        "after": found.after,
    }


@blueprint.get("/prices/<service_slug>")
@permission("price.ask")
@blueprint.arguments(schemas.PriceQuery, location="query")
@blueprint.response(200, schemas.AskedPriceView)
def view_price(query: dict[str, Any], service_slug: str) -> Any:
    """Tell the price of one service, or why it has none."""
    title, facility, found = ask_price(actor(), service_slug, _question(query))
    return as_view(service_slug, title, found) | {"facility": facility}


def _question(query: dict[str, Any]) -> Question:
    declared = {measure: query[measure] for measure in ASKED if query[measure] is not None}
    return Question(query["organisation_id"], query["number"], query["on"], query["quantity"], declared)
