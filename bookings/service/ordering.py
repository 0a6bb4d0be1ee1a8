"""What people do with orders: order a quote, approve, refuse, cancel, and ask for a second person's agreement."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from bookings.models import Order
from bookings.permissions import PERMISSIONS
from bookings.queries import order as orders
from bookings.queries import quote as quotes
from bookings.rules import details as rules
from bookings.rules.states import ORDER
from bookings.service.order import cancel, effect_of, give_back_entitlement, place, request
from kit.actor import Actor
from kit.errors import Conflict
from kit.french import day
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Organisation
from tenants.permissions import PERMISSIONS as PEOPLE
from tenants.queries.organisation import get_organisation

NOT_REFUSED = "La commande n’est pas refusée."
NOT_CANCELLED = "La commande n’est pas annulée."


def order_quote(actor: Actor, quote_id: UUID, typed: Mapping[str, Any], contact: Mapping[str, Any]) -> Order:
    """Order what a quote promises, with the references and the contact as typed; a second click finds the same order.

    Raises NotFound, Invalid (references, `contact.…`), Conflict with what is in the way and what is kept.
    """
    with transaction(actor) as tx:
        quote = quotes.get_quote(tx.session, quote_id)
        permit(PERMISSIONS, actor, "quote.view", quote)
        kept = f"Le devis {quote.number} est conservé, et valable jusqu’au {day(quote.valid_until)}."
        with keeping(kept):
            return request(tx, quote, rules.read_details(typed, contact))


def place_order(actor: Actor, order_id: UUID) -> Order:
    """Approve an order that waits: it is placed. Twice is once. Raises Conflict with what is in the way."""
    with transaction(actor) as tx:
        order = orders.get_order(tx.session, order_id, lock=True)
        permit(PERMISSIONS, actor, "order.place", order)
        if order.state == "placed":
            return order
        with keeping("La demande est conservée."):
            place(tx, order)
        return order


def refuse_order(actor: Actor, order_id: UUID, motive: str) -> Order:
    """Refuse an order that waits for an approval, and say why. Raises Invalid (motive), Conflict."""
    with transaction(actor) as tx:
        order = orders.get_order(tx.session, order_id, lock=True)
        permit(PERMISSIONS, actor, "order.refuse", order)
        ORDER.target(order.state, "refuse")
        order.refused_motive = rules.read_motive(motive, NOT_REFUSED)
        tx.advance(order, ORDER, "refuse", number=order.number)
        give_back_entitlement(tx, order)
        return order


def cancel_order(actor: Actor, order_id: UUID, motive: str, fee_cents: int = 0) -> Order:
    """Cancel an order, and say why. `fee_cents` is the cost that whoever cancels has read, excluding VAT.

    Raises Conflict when it costs more than that, or when it is too late; Invalid (motive).
    """
    with transaction(actor) as tx:
        order = orders.get_order(tx.session, order_id, lock=True)
        permit(PERMISSIONS, actor, "order.cancel", order)
        ORDER.target(order.state, "cancel")
        effect = effect_of(tx, order, lock=True)
        if effect.fee_cents > fee_cents:
            raise Conflict(f"{NOT_CANCELLED} {effect.sentence} Relisez, puis confirmez.")
        cancel(tx, order, rules.read_motive(motive, NOT_CANCELLED))
        return order


def set_second_approval(actor: Actor, organisation_id: UUID, wanted: bool) -> Organisation:
    """Say whether the organisation's orders wait for a second person."""
    with transaction(actor) as tx:
        organisation = get_organisation(tx.session, tx.tenant_id, organisation_id, lock=True)
        permit(PEOPLE, actor, "organisation.view", organisation)
        permit(PERMISSIONS, actor, "organisation_approval.set", organisation)
        if organisation.second_approval != wanted:
            organisation.second_approval = wanted
            tx.audit("organisation_approval.set", organisation.id, wanted=wanted)
        return organisation


@contextmanager
def keeping(what: str) -> Iterator[None]:
    """A refusal also says what is not lost."""
    try:
        yield
    except Conflict as error:
        raise Conflict(f"{error.sentence} {what}", error.fields) from error
