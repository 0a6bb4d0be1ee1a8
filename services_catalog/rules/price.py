"""The price for one facility on one day: pure, total, deterministic.

The reading order, the rounding and the sentences are told in docs/market.md.
"""

from datetime import date
from uuid import UUID

from services_catalog.rules.bracket import Facility as Facility
from services_catalog.rules.market import Market as Market
from services_catalog.rules.offer import Offer as Offer
from services_catalog.rules.offer import Priced as Priced
from services_catalog.rules.offer import Unpriced as Unpriced
from services_catalog.rules.refusal import NO_QUANTITY
from services_catalog.rules.shelf import Shelf, shelf

MOST_UNITS = 10_000  # that somebody may ask the price of at once


def price_for(
    market: Market,
    service_id: UUID,
    facility: Facility,
    adherent: bool | None,
    on: date,
    quantity: int,
    provider_id: UUID | None = None,
) -> Priced | Unpriced:
    """The price of `quantity` units of a service for `facility` on a day, or why there is none. Never raises.

    `adherent` is None when nobody knows. `provider_id` asks for the price of that holder only.
    """
    if quantity < 1:
        return NO_QUANTITY
    asked = service_id, adherent, on, provider_id
    found: Shelf | None = market.shelves.get(asked)
    if found is None:
        found = market.shelves[asked] = shelf(market, *asked)
    applies = found.find(facility)
    if isinstance(applies, Unpriced):
        return applies
    net = applies.unit_cents * quantity
    vat = (net * applies.line.vat_permille + 500) // 1000
    return Priced(applies, quantity, net, vat, net + vat)
