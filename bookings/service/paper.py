"""Quotes and orders on paper: the same PDF for everybody who may read them, as long as nothing happens to them."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bookings.gateway.paper_pdf import make_pdf
from bookings.models import Order
from bookings.rules import paper as rules
from bookings.service.order_page import view_order
from bookings.service.quote import view_quote
from kit.actor import Actor
from kit.french import NBSP, instant
from tenants.models import Tenant
from tenants.service.profile import public_profile

WAITING = f"En attente d’accord{NBSP}: cette commande n’est pas passée et n’engage personne."


def quote_pdf(actor: Actor, quote_id: UUID, tenant: Tenant) -> tuple[str, bytes]:
    """The name and the bytes of a quote's PDF. Raises NotFound."""
    found = view_quote(actor, quote_id).purchase
    quote = found.quote
    drawn_on = quote.created_at.astimezone(ZoneInfo(tenant.zone)).date()
    words = rules.quote_words(quote, found.lot.title, tenant.ars, drawn_on)
    return f"{quote.number}.pdf", _set(actor, words, tenant, quote.created_at)


def order_pdf(actor: Actor, order_id: UUID, tenant: Tenant) -> tuple[str, bytes]:
    """The name and the bytes of an order's PDF. Raises NotFound."""
    found = view_order(actor, order_id)
    order, purchase = found.line.order, found.line.purchase
    placed_by = found.people.get(order.placed_by) if order.placed_by else None
    dated = _dated(order, placed_by, tenant.zone)
    words = rules.order_words(
        order, purchase.quote, purchase.lot.title, tenant.ars, dated, _standing(order, tenant.zone)
    )
    return f"{order.number}.pdf", _set(actor, words, tenant, order.placed_at or order.requested_at)


def _set(actor: Actor, words: rules.Words, tenant: Tenant, at: datetime) -> bytes:
    who = {
        "tenant": tenant.name,
        "email": tenant.contact_email,
        "colour": tenant.colour,
        "letter_head": public_profile(actor).letter_head.splitlines(),
    }
    return make_pdf(words | who, at)


def _dated(order: Order, placed_by: str | None, zone: str) -> str:
    if order.placed_at is None:
        return f"Demandé le {instant(order.requested_at, zone)}"
    return f"Passé le {instant(order.placed_at, zone)}" + (f" par {placed_by}" if placed_by else "")


def _standing(order: Order, zone: str) -> str:
    if order.state == "requested":
        return WAITING
    if order.state == "refused":
        return f"Commande refusée par l’organisme{NBSP}: elle n’a pas été passée."
    if order.cancelled_at is not None:
        return f"Commande annulée le {instant(order.cancelled_at, zone)}."
    return ""
