"""Quotes: asked on a service, read, ordered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.service import counter, ordering, paper
from bookings.service import quote as quotes
from bookings.web.order import blueprint
from bookings.web.order_form import contact_typed, details_typed, send_pdf
from bookings.web.order_words import quantity
from kit.errors import Conflict, CrrcError, Invalid
from kit.typed import identifier
from kit.web import actor, page, permission
from services_catalog.rules.price import Priced, Unpriced


@blueprint.get("/services/<service_slug>/quotes")
@permission("quote.draw_up")
def ask_quote(service_slug: str) -> Response:
    """Say for whom and how many."""
    return _counter_page(service_slug, request.args)


@blueprint.post("/services/<service_slug>/quotes")
@permission("quote.draw_up")
def draw_up(service_slug: str) -> Response:
    """Draw up the quote."""
    form = request.form
    organisation_id = identifier(form.get("organisation_id", ""))
    if organisation_id is None:
        return _counter_page(service_slug, form)
    try:
        quote = quotes.ask_quote(
            actor(),
            service_slug,
            organisation_id,
            form.get("quantity", ""),
            form.get("finess_et", ""),
            form.get("size", ""),
        )
    except (Invalid, Conflict) as error:
        return _counter_page(service_slug, form, error)
    return redirect(url_for(".view_quote", quote_id=quote.id), 303)


@blueprint.get("/quotes/<uuid:quote_id>")
@permission("quote.view")
def view_quote(quote_id: UUID) -> Response:
    """A quote, and what is needed to order it."""
    return _quote_page(quote_id)


@blueprint.get("/quotes/<uuid:quote_id>.pdf")
@permission("quote.view")
def quote_pdf(quote_id: UUID) -> Response:
    """The quote on paper."""
    return send_pdf(*paper.quote_pdf(actor(), quote_id, g.tenant))


@blueprint.post("/quotes/<uuid:quote_id>/order")
@permission("order.request")
def order_quote(quote_id: UUID) -> Response:
    """Order what the quote promises."""
    try:
        order = ordering.order_quote(actor(), quote_id, request.form, contact_typed(request.form))
    except (Invalid, Conflict) as error:
        return _quote_page(quote_id, request.form, error)
    return redirect(url_for(".view_order", order_id=order.id), 303)


def _counter_page(slug: str, typed: Mapping[str, str], error: CrrcError | None = None) -> Response:
    try:
        found = counter.open_counter(
            actor(), slug, identifier(typed.get("organisation_id", "")), typed.get("number", "")
        )
    except Invalid as unknown:
        error, found = unknown, counter.open_counter(actor(), slug)
    return page(
        "orders/ask.html",
        error.status if error else 200,
        found=found,
        service=found.service,
        price=found.price if isinstance(found.price, Priced) else None,
        wants_size=found.price.sentence if isinstance(found.price, Unpriced) and found.price.missing else "",
        typed={name: typed.get(name, "")[:100] for name in ("quantity", "finess_et", "size", "number")},
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _quote_page(quote_id: UUID, typed: Mapping[str, Any] | None = None, error: CrrcError | None = None) -> Response:
    person, found = actor(), quotes.view_quote(actor(), quote_id)
    known = {"contact.name": person.name, "contact.function": found.function, "contact.email": person.email}
    return page(
        "orders/quote.html",
        error.status if error else 200,
        purchase=found.purchase,
        quote=found.purchase.quote,
        order=found.order,
        quantity=quantity(found.purchase),
        is_over=found.is_over,
        typed=details_typed(known if typed is None else typed),
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )
