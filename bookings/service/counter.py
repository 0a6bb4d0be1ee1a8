"""Where a quote is asked: for whom it may be, and where the service would be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bookings.permissions import PERMISSIONS
from bookings.queries import quote as quotes
from bookings.service.right import assess_right
from bookings.service.today import today
from eligibility.rules import Establishment
from finess.rules.numbers import has_shape, normalise
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from services_catalog.models import Service, ServiceVersion
from services_catalog.rules.price import Priced, Unpriced
from services_catalog.service.price import price_step
from services_catalog.service.publication import get_on_sale
from tenants.models import Organisation
from tenants.queries.organisation import find_organisation, get_organisation

NO_ACCOUNT = "Aucun organisme de ce portail ne porte ce numéro FINESS juridique."


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a quote is asked: for whom it may be, and the open establishments of whom it is for.

    `organisation` is None while that is not said; `refusal` is what keeps it from ordering, "" when it may. `price` is
    that of one unit, or what would have to be declared for one.
    """

    service: Service
    version: ServiceVersion
    organisations: Sequence[Organisation]
    organisation: Organisation | None
    sites: Sequence[Establishment]
    refusal: str
    price: Priced | Unpriced | None = None


def open_counter(actor: Actor, slug: str, organisation_id: UUID | None = None, number: str = "") -> Counter:
    """Prepare to ask for a quote. The GRADeS names a legal entity by its FINESS `number`; others choose their own.

    Raises NotFound, Invalid (number) when no account has that number, Conflict once the service is withdrawn.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "quote.draw_up")
        service, version = get_on_sale(tx, slug)
        mine = [one for one in quotes.list_buyers(tx.session, list(actor.organisations)) if _may_buy(actor, one)]
        organisation = _chosen(tx, mine, organisation_id, number)
        if organisation is None:
            return Counter(service, version, mine, None, (), "")
        try:
            right = assess_right(tx, organisation, version)
        except Conflict as error:
            return Counter(service, version, mine, organisation, (), error.sentence)
        _, price = price_step(tx, service.id, organisation.finess_ej or "", today(tx), 1)
        unsold = isinstance(price, Unpriced) and not price.missing
        refusal = right.refusal or (price.sentence if unsold else "")
        return Counter(service, version, mine, organisation, right.open_sites, refusal, price)


def _may_buy(actor: Actor, organisation: Organisation) -> bool:
    return allows(PERMISSIONS, actor, "quote.draw_up", organisation)


def _chosen(tx: Tx, mine: Sequence[Organisation], organisation_id: UUID | None, number: str) -> Organisation | None:
    if number.strip():
        typed = normalise(number)
        found = find_organisation(tx.session, typed) if has_shape(typed) else None
        if found is None or not _may_buy(tx.actor, found):
            raise Invalid("Aucun devis n’est établi.", {"number": NO_ACCOUNT})
        return found
    if organisation_id is not None:
        organisation = get_organisation(tx.session, tx.tenant_id, organisation_id)
        permit(PERMISSIONS, tx.actor, "quote.draw_up", organisation)
        return organisation
    return mine[0] if len(mine) == 1 else None
