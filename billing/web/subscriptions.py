"""Subscriptions, for the GRADeS: all of them, one, a new one, an end."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.models import Subscription
from billing.queries.subscription import PAGE
from billing.rules.periods import PERIOD_LABELS, PERIOD_NOUNS
from billing.rules.proration import PRORATION_LABELS
from billing.rules.states import SUBSCRIPTION
from billing.service import subscription as subscriptions
from bookings.web.order_words import door
from campaigns.rules.form import tidy
from kit.errors import Conflict, CrrcError, Invalid
from kit.typed import number
from kit.web import actor, page, permission

blueprint = Blueprint("subscriptions", __name__)
LAST_PAGE = 10_000
LONGEST_WORDS = 100


@blueprint.get("/staff/billing/subscriptions")
@permission("subscription.view")
def list_subscriptions() -> Response:
    """The subscriptions that a filter finds."""
    state, words = request.args.get("state", ""), tidy(request.args.get("words", ""))[:LONGEST_WORDS]
    state = state if state in SUBSCRIPTION.states else ""
    asked = min(number(request.args.get("page", ""), 5) or 1, LAST_PAGE)
    found = subscriptions.list_subscriptions(actor(), state, words, asked)
    kept: dict[str, Any] = {name: value for name, value in {"state": state, "words": words}.items() if value}
    return page(
        "billing/subscriptions.html",
        lines=[_line(one.subscription) | {"customer": one.customer.name} for one in found.lines],
        total=found.total,
        state=state,
        words=words,
        page_number=asked,
        page_count=max(1, -(-found.total // PAGE)),
        url=lambda to: url_for(".list_subscriptions", page=to, **kept),
    )


@blueprint.get("/staff/billing/subscriptions/new")
@permission("subscription.create")
def search() -> Response:
    """Whom to subscribe."""
    words = tidy(request.args.get("words", ""))[:LONGEST_WORDS]
    return page(
        "billing/subscription_customer.html",
        words=words,
        customers=subscriptions.search_customers(actor(), words),
        customers_url=door("customers.list_customers"),
    )


@blueprint.get("/staff/billing/customers/<uuid:customer_id>/subscriptions/new")
@permission("subscription.create")
def ask(customer_id: UUID) -> Response:
    """The form of a new subscription."""
    return _form(customer_id, {})


@blueprint.post("/staff/billing/customers/<uuid:customer_id>/subscriptions/new")
@permission("subscription.create")
def create(customer_id: UUID) -> Response:
    """Begin a subscription."""
    try:
        made = subscriptions.create_subscription(actor(), customer_id, request.form)
    except Invalid as error:
        return _form(customer_id, request.form, error)
    flash("L’abonnement est enregistré. Les périodes commencées ont leur brouillon de facture.", "good")
    return redirect(url_for(".view_subscription", subscription_id=made.id), 303)


@blueprint.get("/staff/billing/subscriptions/<uuid:subscription_id>")
@permission("subscription.view")
def view_subscription(subscription_id: UUID) -> Response:
    """One subscription: its terms, what was charged."""
    return _view(subscription_id)


@blueprint.post("/staff/billing/subscriptions/<uuid:subscription_id>/end")
@permission("subscription.end")
def end(subscription_id: UUID) -> Response:
    """Say its last day."""
    try:
        ended = subscriptions.end_subscription(actor(), subscription_id, request.form.get("ends_on", ""))
    except (Conflict, Invalid) as error:
        return _view(subscription_id, error)
    if ended.billed_until and ended.ends_on and ended.billed_until > ended.ends_on:
        flash(
            "L’abonnement est terminé. Une période va plus loin que son dernier jour\N{NO-BREAK SPACE}: voyez-la.",
            "wait",
        )
    else:
        flash("Le dernier jour de l’abonnement est enregistré.", "good")
    return redirect(url_for(".view_subscription", subscription_id=subscription_id), 303)


def _view(subscription_id: UUID, error: CrrcError | None = None) -> Response:
    found = subscriptions.view_subscription(actor(), subscription_id)
    one = found.subscription
    return page(
        "billing/subscription.html",
        error.status if error else 200,
        found=found,
        line=_line(one),
        charges=[
            {
                "what": charge.line.detail,
                "net_cents": charge.line.net_cents,
                "state": charge.invoice.state,
                "number": charge.invoice.number,
                "href": door("invoices.view_invoice", invoice_id=charge.invoice.id)
                if charge.invoice.state == "issued"
                else door("drafts.view_draft", invoice_id=charge.invoice.id),
            }
            for charge in found.charges
        ],
        proration=PRORATION_LABELS[one.proration],
        is_over=bool(one.billed_until and one.ends_on and one.billed_until > one.ends_on),
        typed=request.form.get("ends_on", ""),
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _form(customer_id: UUID, typed: Mapping[str, Any], error: Invalid | None = None) -> Response:
    found = subscriptions.view_new(actor(), customer_id)
    return page(
        "billing/subscription_new.html",
        error.status if error else 200,
        customer=found.customer,
        services=[("", "Aucune en particulier")] + [(str(one.id), one.title) for one in found.services],
        periods=list(PERIOD_LABELS.items()),
        prorations=PRORATION_LABELS,
        typed=typed,
        errors=dict(error.fields) if error else {},
    )


def _line(one: Subscription) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "href": url_for("subscriptions.view_subscription", subscription_id=one.id),
        "price_cents": one.period_cents,
        "per": PERIOD_NOUNS[one.period],
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "billed_until": one.billed_until,
        "is_ended": one.state == "ended",
    }
