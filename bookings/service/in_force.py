"""Whether what a quote rested on still holds on the day its order is placed."""

from bookings.models import Order
from bookings.queries.quote import Purchase
from bookings.rules import validity
from bookings.service.fulfilment import entitlement_of
from bookings.service.right import Right, check_right, department_of, site_of
from bookings.service.today import today
from kit.errors import Conflict
from kit.transaction import Tx
from services_catalog.rules.assignment import Need
from services_catalog.service.holder import check_provider


def check_in_force(tx: Tx, order: Order, purchase: Purchase) -> Right:
    """The buyer's right today. Raises Conflict when a date is over, the right is gone, the provider no longer fit."""
    quote, agreement, day = purchase.quote, purchase.agreement, today(tx)
    validity.check_quote(quote.number, quote.valid_until, day)
    validity.check_agreement(agreement.reference, agreement.starts_on, agreement.ends_on, day)
    entitlement = entitlement_of(tx, order)
    validity.check_right(entitlement.expires_on if entitlement else None, day)
    right = check_right(tx, purchase.organisation, purchase.version)
    department = department_of(right, site_of(right, quote.finess_et))
    # How busy it is decides whom a quote names; a promise already made is not taken back for it.
    need = Need(purchase.service.family, purchase.version.qualification, department, day, 0)
    if fault := check_provider(tx, order.provider_id, need):
        raise Conflict(f"{fault} Demandez un nouveau devis.")
    return right
