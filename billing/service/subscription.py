"""Subscriptions: each calendar period that begins makes a draft, once, however late the worker is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from billing.models import Customer, Subscription
from billing.permissions import PERMISSIONS
from billing.queries import subscription as queries
from billing.queries.customer import get_customer
from billing.queries.subscription import Charged, Subscribed
from billing.rules.periods import next_first_day, part_cents, part_words, parts_due
from billing.rules.states import SUBSCRIPTION
from billing.rules.subscription import NOT_SAVED, Terms, read_end, read_terms
from billing.service.charge import Charge, charge
from bookings.service.today import local_instant, today
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Invalid
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Service

TOPIC = "subscription.charge"
HOUR = 6


@dataclass(frozen=True, slots=True)
class SubscriptionList:
    """A page of subscriptions, and how many there are in all."""

    lines: Sequence[Subscribed]
    total: int


@dataclass(frozen=True, slots=True)
class SubscriptionPage:
    """One subscription: what was charged, the day of its next draft (None: no more)."""

    subscription: Subscription
    customer: Customer
    service: Service | None
    charges: Sequence[Charged]
    next_on: date | None
    on: date


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """What the form of a new subscription needs: whose, and the services it may be of."""

    customer: Customer
    services: Sequence[Service]
    on: date


def list_subscriptions(actor: Actor, state: str, words: str, page: int = 1) -> SubscriptionList:
    """The subscriptions that a filter finds, fifty a page."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "subscription.view")
        found = queries.list_subscriptions(tx.session, state, words, page)
        return SubscriptionList(found, queries.count_subscriptions(tx.session, state, words))


def page_of_subscriptions(actor: Actor, after: UUID | None, limit: int) -> tuple[Sequence[Subscription], UUID | None]:
    """A page for programs, and where the next one begins."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "subscription.view")
        found = queries.page_of_subscriptions(tx.session, after, limit + 1)
        return found[:limit], found[limit - 1].id if len(found) > limit else None


def view_subscription(actor: Actor, subscription_id: UUID) -> SubscriptionPage:
    """One subscription. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "subscription.view")
        one = queries.get_subscription(tx.session, subscription_id)
        return SubscriptionPage(
            one,
            get_customer(tx.session, one.customer_id),
            tx.session.get(Service, (tx.tenant_id, one.service_id)) if one.service_id else None,
            queries.charges_of(tx.session, one.id),
            _next(one),
            today(tx),
        )


def search_customers(actor: Actor, words: str) -> Sequence[Customer]:
    """Who may be subscribed, by a few words."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "subscription.create")
        return queries.find_customers(tx.session, words) if words else []


def view_new(actor: Actor, customer_id: UUID) -> NewSubscription:
    """What the form of a new subscription shows. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "subscription.create")
        return NewSubscription(get_customer(tx.session, customer_id), queries.list_services(tx.session), today(tx))


def create_subscription(actor: Actor, customer_id: UUID, typed: Mapping[str, Any]) -> Subscription:
    """Begin a subscription; the drafts of the periods that have begun are made at once. Raises Invalid by field."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "subscription.create")
        customer = get_customer(tx.session, customer_id)
        terms = read_terms(typed, today(tx))
        if terms.service_id and tx.session.get(Service, (tx.tenant_id, terms.service_id)) is None:
            raise Invalid(NOT_SAVED, {"service_id": "Cette prestation n’existe pas."})
        one = _add(tx, customer, terms)
        charge_due(tx, one)
        return one


def end_subscription(actor: Actor, subscription_id: UUID, last_day: Any) -> Subscription:
    """Say the last day of a subscription; what begins before is still charged. Raises Invalid (ends_on), Conflict."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "subscription.end")
        one = queries.get_subscription(tx.session, subscription_id, lock=True)
        SUBSCRIPTION.target(one.state, "end")
        one.ends_on = read_end(last_day, one.starts_on)
        tx.advance(one, SUBSCRIPTION, "end", ends_on=one.ends_on.isoformat())
        tx.undue(TOPIC, one.id)
        charge_due(tx, one)
        return one


def charge_due(tx: Tx, one: Subscription) -> int:
    """Make the drafts of every period that has begun, and set the day of the next; returns how many drafts are new.

    The subscription is locked by whoever calls, or new.
    """
    on, made = today(tx), 0
    parts = list(parts_due(one.period, one.starts_on, one.ends_on, one.billed_until, on))
    customer = get_customer(tx.session, one.customer_id) if parts else None
    for part in parts:
        made += customer is not None and charge(tx, _charge(one, customer, part)) is not None
        one.billed_until = part[1]
    following = _next(one)
    if following is not None:
        tx.due(TOPIC, one.id, local_instant(tx, following, HOUR), following.isoformat())
    tx.session.flush()
    return made


def _charge(one: Subscription, customer: Customer, part: tuple[date, date]) -> Charge:
    return Charge(
        source="subscription",
        source_key=f"{one.id}:{part[0].isoformat()}",
        customer=customer,
        subject="subscription",
        designation=one.title,
        detail=part_words(one.period, part),
        net_cents=part_cents(one.period, one.period_cents, one.proration, part),
        service_id=one.service_id,
        starts_on=part[0],
        ends_on=part[1],
        engagement_number=one.engagement_number,
    )


def _next(one: Subscription) -> date | None:
    return next_first_day(one.period, one.starts_on, one.ends_on, one.billed_until)


def _add(tx: Tx, customer: Customer, terms: Terms) -> Subscription:
    one: Subscription = tx.add(
        Subscription(
            id=uuid7(),
            customer_id=customer.id,
            service_id=terms.service_id,
            title=terms.title,
            period=terms.period,
            period_cents=terms.period_cents,
            proration=terms.proration,
            starts_on=terms.starts_on,
            ends_on=terms.ends_on,
            engagement_number=terms.engagement_number,
            state=SUBSCRIPTION.initial,
            created_by=tx.actor.user_id,
            created_at=tx.now,
        )
    )
    tx.session.flush()
    tx.audit("subscription.create", one.id, customer=customer.number, period_cents=one.period_cents)
    return one
