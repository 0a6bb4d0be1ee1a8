"""Reminders: what was sent, what is planned, what is open and late."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from billing.models import Checkout, Customer, Dunning, Invoice, Payment, Receivable
from kit.outbox import Deadline

TOPIC = "receivable.remind"
PAGE = 50
_INVOICE = and_(Invoice.tenant_id == Receivable.tenant_id, Invoice.id == Receivable.id)
_CUSTOMER = and_(Customer.tenant_id == Receivable.tenant_id, Customer.id == Receivable.customer_id)
_OPEN = and_(Receivable.open_cents > 0, Receivable.is_credit.is_(False))


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice with something left to pay, and whose it is."""

    receivable: Receivable
    invoice: Invoice
    customer: Customer


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open invoices a list shows: `what` is late, coming, contested or all."""

    what: str
    on: date


def list_owed(session: Session, wanted: Wanted, page: int, limit: int = PAGE) -> Sequence[Owed]:
    """A page of open invoices, the oldest due first."""
    query = _owed().where(_which(wanted)).order_by(Receivable.due_on, Receivable.id)
    return [Owed(*row) for row in session.execute(query.limit(limit).offset((page - 1) * limit))]


def count_owed(session: Session, wanted: Wanted) -> tuple[int, int]:
    """How many open invoices, and what is open of them together, in cents."""
    query = select(func.count(), func.coalesce(func.sum(Receivable.open_cents), 0)).where(_OPEN, _which(wanted))
    number, cents = session.execute(query).one()
    return int(number), int(cents)


def find_owed(session: Session, invoice_id: UUID) -> Owed | None:
    """An issued invoice, what is left of it and its customer; whatever is left."""
    row = session.execute(_joined().where(Receivable.id == invoice_id)).one_or_none()
    return Owed(*row) if row else None


def sent_of(session: Session, invoice_ids: Collection[UUID]) -> Mapping[UUID, list[Dunning]]:
    """What was sent for each invoice, the lowest level first."""
    found: dict[UUID, list[Dunning]] = defaultdict(list)
    query = select(Dunning).where(Dunning.invoice_id.in_(invoice_ids)).order_by(Dunning.invoice_id, Dunning.level)
    for row in session.scalars(query):
        found[row.invoice_id].append(row)
    return found


def planned_of(session: Session, invoice_ids: Collection[UUID]) -> Mapping[UUID, dict[int, datetime]]:
    """When each level is planned, by invoice: the instants of the deadlines, past ones too."""
    found: dict[UUID, dict[int, datetime]] = defaultdict(dict)
    query = select(Deadline.subject_id, Deadline.key, Deadline.due_at)
    for invoice_id, key, due_at in session.execute(
        query.where(Deadline.topic == TOPIC, Deadline.subject_id.in_(invoice_ids))
    ):
        found[invoice_id][int(key)] = due_at
    return found


def being_paid(session: Session, invoice_ids: Collection[UUID]) -> set[UUID]:
    """The invoices for which a direct debit, or another slow payment, is on its way."""
    query = select(Checkout.invoice_id).where(Checkout.invoice_id.in_(invoice_ids), Checkout.state == "pending")
    return set(session.scalars(query))


def has_money_coming(session: Session, owed: Owed) -> bool:
    """Whether what is left of an invoice is being paid, or covered by money of its customer that pays nothing yet."""
    unused = select(func.coalesce(func.sum(Payment.open_cents), 0)).where(Payment.customer_id == owed.customer.id)
    if being_paid(session, [owed.receivable.id]):
        return True
    return (session.scalar(unused) or 0) >= owed.receivable.open_cents


def with_money_waiting(session: Session, customer_ids: Collection[UUID]) -> set[UUID]:
    """The customers from whom money came that pays nothing yet: to be matched before anybody is reminded."""
    query = select(Payment.customer_id).where(Payment.customer_id.in_(customer_ids), Payment.open_cents > 0)
    return {one for one in session.scalars(query) if one is not None}


def _joined() -> Select[Receivable, Invoice, Customer]:
    return select(Receivable, Invoice, Customer).join(Invoice, _INVOICE).join(Customer, _CUSTOMER)


def _owed() -> Select[Receivable, Invoice, Customer]:
    return _joined().where(_OPEN)


def _which(wanted: Wanted) -> ColumnElement[bool]:
    is_due = Receivable.state == "due"
    return {
        "late": and_(is_due, Receivable.due_on < wanted.on),
        "coming": and_(is_due, Receivable.due_on >= wanted.on),
        "contested": Receivable.state == "contested",
        "all": Receivable.open_cents > 0,
    }[wanted.what]
