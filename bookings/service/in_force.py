"""Whether what a quote rested on still holds on the day its order is placed."""

from bookings.models import Order
from bookings.permissions import PERMISSIONS
from bookings.queries.quote import Purchase
from bookings.rules import validity
from bookings.rules.holder import unfit_in_words
from bookings.service.fulfilment import entitlement_of
from bookings.service.proposal import NOT_ON_SALE
from bookings.service.right import Right, check_right, department_of, find_site
from bookings.service.today import today
from kit.errors import Conflict
from kit.french import NBSP
from kit.permissions import allows
from kit.transaction import Tx
from services_catalog.queries.service import get_version
from services_catalog.rules.assignment import Need
from services_catalog.service.holder import check_provider

SITE_CLOSED = (
    f"L’établissement de ce devis n’est plus ouvert selon le registre FINESS{NBSP}: demandez un nouveau devis."
)


def check_in_force(tx: Tx, order: Order, purchase: Purchase) -> Right:
    """The buyer's right today. Raises Conflict when a date is over, the right is gone, the provider no longer fit.

    The version that was quoted keeps its words and its price; who may order is what the catalogue says now.
    """
    quote, agreement, day = purchase.quote, purchase.agreement, today(tx)
    validity.check_quote(quote.number, quote.valid_until, day)
    validity.check_agreement(agreement.reference, agreement.starts_on, agreement.ends_on, day)
    entitlement = entitlement_of(tx, order)
    validity.check_right(entitlement.expires_on if entitlement else None, day)
    right = _right_now(tx, purchase)
    site = find_site(right, quote.finess_et)
    if quote.finess_et and site is None:
        raise Conflict(SITE_CLOSED)
    # How busy it is decides whom a quote names; a promise already made is not taken back for it.
    need = Need(purchase.service.family, purchase.version.qualification, department_of(right, site), day, 0)
    if fault := check_provider(tx, order.provider_id, need):
        knows = allows(PERMISSIONS, tx.actor, "mission.assign")
        raise Conflict(f"{fault if knows else unfit_in_words(purchase.provider.name)} Demandez un nouveau devis.")
    return right


def _right_now(tx: Tx, purchase: Purchase) -> Right:
    """The right to order what is on sale today, at a price for adherents alone if it is one."""
    service = purchase.service
    if service.state != "published":
        raise Conflict(NOT_ON_SALE)
    right = check_right(tx, purchase.organisation, get_version(tx.session, service, service.version))
    for_adherents = purchase.agreement.adherents_only or purchase.quote.terms["tariff"] == "adherent"
    validity.check_adhesion(for_adherents, bool(right.applicant.adherent), purchase.quote.number)
    return right
