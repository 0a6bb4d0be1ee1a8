"""The price for me: every service with its price for one organisation, and the price on a service's own page."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from kit.actor import Actor
from kit.errors import CrrcError, Invalid, NotFound
from kit.permissions import allows
from kit.typed import identifier
from kit.web import actor, page, permission
from services_catalog.models import Service
from services_catalog.permissions import PERMISSIONS
from services_catalog.rules.bracket import ASKED
from services_catalog.rules.figures import whole
from services_catalog.rules.price import Priced, Unpriced
from services_catalog.rules.states import FAMILIES, FAMILY_LABELS
from services_catalog.service.price_list import PriceList, Question, ask_price, list_prices

blueprint = Blueprint("prices", __name__)
LABELS = {
    "establishments": "Établissements ouverts",
    "places": "Places",
    "workstations": "Postes de travail",
    "budget": "Budget annuel",
}


@blueprint.get("/prices")
@permission("price.ask")
def my_prices() -> Response:
    """Every service on sale, with its price for one's organisation, or for the number that the staff types."""
    asked: dict[str, Any] = {
        name: value.strip() for name, value in request.args.items() if value.strip() and name != "after"
    }
    try:
        prices, errors = list_prices(actor(), read_question(asked), request.args.get("after")), {}
    except Invalid as error:
        prices, errors = list_prices(actor(), Question(organisation_id=_organisation(asked))), dict(error.fields)
    following = url_for(".my_prices", **{**asked, "after": prices.after}) if prices.after else None
    return page(
        "prices/list.html",
        422 if errors else 200,
        prices=prices,
        asked=asked,
        errors=errors,
        shelves=_shelves(prices),
        sizes=_sizes(prices, asked),
        labels=LABELS,
        following=following,
        is_staff=prices.anybody,
    )


def read_question(asked: Mapping[str, str]) -> Question:
    """A question from the words of an address. Raises Invalid with the fields at fault."""
    faults: dict[str, str] = {}
    on = None
    if "on" in asked:
        try:
            on = date.fromisoformat(asked["on"])
        except ValueError:
            faults["on"] = "Indiquez un jour, par exemple 2026-12-08."
    declared = {}
    for measure in ASKED:
        if measure in asked:
            size = whole(asked[measure])
            if size is None:
                faults[measure] = "Indiquez un nombre entier, zéro ou plus."
            declared[measure] = size or 0
    quantity = whole(asked["quantity"]) if "quantity" in asked else 1
    if quantity is None:
        faults["quantity"] = "Indiquez un nombre entier."
    organisation_id = _organisation(asked)
    if faults:
        raise Invalid("Ces prix ne peuvent pas être calculés ainsi.", faults)
    return Question(organisation_id, asked.get("number", ""), on, 1 if quantity is None else quantity, declared)


def price_block(service: Service) -> dict[str, Any] | None:
    """What the macro `price_block` shows on a service's page; None unless it is on sale, to somebody who may ask."""
    who = actor()
    if service.state != "published" or not may_ask(who):
        return None
    block: dict[str, Any] = {"url": url_for("prices.my_prices"), "name": None, "priced": None, "sentence": None}
    if not who.organisations.keys() - who.suppliers:
        return block
    try:
        _, facility, found = ask_price(who, service.slug, Question())
    except CrrcError as error:
        return block | {"sentence": error.sentence}
    priced = found if isinstance(found, Priced) else None
    return block | {"name": facility.name, "priced": priced, "sentence": found.sentence}


def may_ask(who: Actor) -> bool:
    """Members of a legal entity, and the staff; a provider's people buy nothing."""
    if not allows(PERMISSIONS, who, "price.ask"):
        return False
    return bool(who.roles or who.organisations.keys() - who.suppliers)


def _organisation(asked: Mapping[str, str]) -> UUID | None:
    if "organisation" not in asked:
        return None
    found = identifier(asked["organisation"])
    if found is None:
        raise NotFound("Cet organisme n’existe pas, ou vous n’y avez pas accès.")
    return found


def _shelves(prices: PriceList) -> list[tuple[str, str, list[Any]]]:
    """The services by family, those that have a price first."""
    in_order = sorted(
        prices.items,
        key=lambda item: (FAMILIES.index(item[0].family), isinstance(item[1], Unpriced), item[0].title_norm),
    )
    return [
        (family, FAMILY_LABELS[family], [(line, price, isinstance(price, Priced)) for line, price in some])
        for family, some in groupby(in_order, key=lambda item: item[0].family)
    ]


def _sizes(prices: PriceList, asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """The sizes to ask for: those that would decide of a price, and those already declared."""
    measures = [measure for measure in ASKED if measure in prices.missing or measure in asked]
    return [(measure, LABELS[measure]) for measure in measures]
