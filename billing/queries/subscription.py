"""Subscriptions: one, all of them by customer, what each was charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.models import Customer, Invoice, InvoiceLine, Subscription
from kit.errors import NotFound
from services_catalog.models import Service

PAGE = 50
MOST_CHOICES = 20
MOST_CHARGES = 60
NO_SUBSCRIPTION = "Cet abonnement n’existe pas, ou vous n’y avez pas accès."
_CUSTOMER = and_(Customer.tenant_id == Subscription.tenant_id, Customer.id == Subscription.customer_id)
_INVOICE = and_(Invoice.tenant_id == InvoiceLine.tenant_id, Invoice.id == InvoiceLine.invoice_id)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription and whose it is."""

    subscription: Subscription
    customer: Customer


@dataclass(frozen=True, slots=True)
class Charged:
    """A period that was charged: its line, and the draft or the invoice that holds it."""

    line: InvoiceLine
    invoice: Invoice


def get_subscription(session: Session, subscription_id: UUID, lock: bool = False) -> Subscription:
    """A subscription, locked on request: its periods are charged in turn. Raises NotFound."""
    query = select(Subscription).where(Subscription.id == subscription_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_SUBSCRIPTION)
    return found


def list_subscriptions(
    session: Session, state: str, words: str, page: int = 1, limit: int = PAGE
) -> Sequence[Subscribed]:
    """A page of subscriptions, by customer; `state` and `words` (of the title or the customer) may be empty."""
    query = select(Subscription, Customer).join(Customer, _CUSTOMER).where(*_conditions(state, words))
    query = query.order_by(func.lower(Customer.name), Subscription.id).limit(limit).offset((page - 1) * limit)
    return [Subscribed(*row) for row in session.execute(query)]


def count_subscriptions(session: Session, state: str, words: str) -> int:
    """How many subscriptions that finds."""
    query = select(func.count()).select_from(Subscription).join(Customer, _CUSTOMER)
    return session.scalar(query.where(*_conditions(state, words))) or 0


def page_of_subscriptions(session: Session, after: UUID | None, limit: int) -> Sequence[Subscription]:
    """Subscriptions for programs, the last made first."""
    query = select(Subscription).order_by(Subscription.id.desc()).limit(limit)
    return session.scalars(query.where(Subscription.id < after) if after else query).all()


def charges_of(session: Session, subscription_id: UUID) -> Sequence[Charged]:
    """What was charged, the last period first; what was credited afterwards too."""
    query = (
        select(InvoiceLine, Invoice)
        .join(Invoice, _INVOICE)
        .where(
            InvoiceLine.source == "subscription",
            InvoiceLine.source_key.startswith(f"{subscription_id}:", autoescape=True),
            InvoiceLine.credits_id.is_(None),
        )
        .order_by(InvoiceLine.source_key.desc())
    )
    return [Charged(*row) for row in session.execute(query.limit(MOST_CHARGES))]


def find_customers(session: Session, words: str, limit: int = MOST_CHOICES) -> Sequence[Customer]:
    """The customers whose name, number or FINESS number has these words."""
    number = words.replace(" ", "").upper()
    query = select(Customer).where(
        or_(
            Customer.name.icontains(words, autoescape=True),
            Customer.number == number,
            Customer.finess_ej.startswith(number, autoescape=True),
        )
    )
    return session.scalars(query.order_by(func.lower(Customer.name), Customer.id).limit(limit)).all()


def list_services(session: Session) -> Sequence[Service]:
    """The services on sale, by title: what a subscription may be of."""
    return session.scalars(select(Service).where(Service.state == "published").order_by(Service.title_norm)).all()


def _conditions(state: str, words: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if state:
        found.append(Subscription.state == state)
    if words:
        found.append(
            or_(Subscription.title.icontains(words, autoescape=True), Customer.name.icontains(words, autoescape=True))
        )
    return found
