"""The price for me: one service, or all those of the catalogue, for one facility on one day."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from uuid import UUID

from kit.transaction import Tx
from services_catalog.queries import price as queries
from services_catalog.rules.bracket import ASKED, SIZES
from services_catalog.rules.price import Facility, Priced, Unpriced, price_for
from tenants.queries.tenant import find_adhesion

NOTHING: Mapping[str, int] = MappingProxyType({})


def price_step(
    tx: Tx,
    service_id: UUID,
    organisation_finess_ej: str,
    on: date,
    quantity: int,
    provider_id: UUID | None = None,
    size: int | None = None,
) -> tuple[Facility, Priced | Unpriced]:
    """The price of `quantity` units for a legal entity on a day; of one holder's, when `provider_id` names it.

    `size` is what the facility declares, in what the price counts; it serves only where nothing better is known.
    """
    facility, prices = prices_step(tx, [service_id], organisation_finess_ej, on, quantity, provider_id)
    found = prices[service_id]
    if isinstance(found, Unpriced) and found.missing in ASKED and size is not None:
        declared = {found.missing: size}
        facility, prices = prices_step(tx, [service_id], organisation_finess_ej, on, quantity, provider_id, declared)
    return facility, prices[service_id]


def prices_step(
    tx: Tx,
    service_ids: Sequence[UUID],
    finess_ej: str,
    on: date,
    quantity: int = 1,
    provider_id: UUID | None = None,
    declared: Mapping[str, int] = NOTHING,
) -> tuple[Facility, Mapping[UUID, Priced | Unpriced]]:
    """The same for many services, in as many queries as for one. `declared` gives sizes by what they count."""
    facility = queries.find_facility(tx.session, finess_ej) or Facility(finess_ej, finess_ej)
    for measure, size in declared.items():
        if SIZES[measure](facility) is None:
            facility = facility.declaring(measure, size)
    adherent = find_adhesion(tx.session, finess_ej, on) is not None
    market = queries.load_market(tx.session, service_ids)
    prices = {one: price_for(market, one, facility, adherent, on, quantity, provider_id) for one in service_ids}
    return facility, prices
