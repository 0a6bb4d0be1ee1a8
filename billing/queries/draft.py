"""Drafts: one, those that a filter finds by customer and month, what they come to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, case, cast, func, or_, select
from sqlalchemy.orm import Session

from billing.models import Customer, Invoice
from billing.queries.invoice import OF_CUSTOMER
from kit.errors import NotFound

PAGE = 50
OPEN = ("draft", "queued")
NO_DRAFT = "Ce brouillon n’existe pas, ou il a déjà été émis."
# The month that a draft belongs to: when it was delivered, else when its period ends, never later than it was made (a
# year paid in advance). What credits or replaces an invoice belongs to the month it was made.
_MADE = cast(Invoice.created_at, Date)
MONTH = func.date_trunc(
    "month",
    case(
        (Invoice.reference_id.is_not(None), _MADE),
        else_=func.least(func.coalesce(Invoice.delivered_on, Invoice.period_ends_on, _MADE), _MADE),
    ),
).cast(Date)
# A credit note takes off what it is.
SIGNED = case((Invoice.kind == "credit_note", -Invoice.total_cents), else_=Invoice.total_cents)


@dataclass(frozen=True, slots=True)
class DraftFilter:
    """Which drafts a list shows: `state` is draft (those that wait for their number too), refused or discarded."""

    state: str = "draft"
    customer_id: UUID | None = None
    month: date | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """So many drafts of a customer in a month (None: of all), and what they come to (cents, VAT included)."""

    customer_id: UUID | None
    month: date | None
    count: int
    total_cents: int


def get_draft(session: Session, invoice_id: UUID, lock: bool = False) -> Invoice:
    """What is not issued yet, locked on request. Raises NotFound."""
    query = select(Invoice).where(Invoice.id == invoice_id, Invoice.state != "issued")
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_DRAFT)
    return found


def lock_drafts(session: Session, invoice_ids: Collection[UUID]) -> list[Invoice]:
    """These drafts, locked in the order of their identifiers. Raises NotFound when one of them is none."""
    query = select(Invoice).where(Invoice.id.in_(set(invoice_ids)), Invoice.state != "issued")
    found = list(session.scalars(query.order_by(Invoice.id).with_for_update()))
    if len(found) != len(set(invoice_ids)):
        raise NotFound(NO_DRAFT)
    return found


def list_drafts(
    session: Session, wanted: DraftFilter, page: int = 1, limit: int = PAGE
) -> Sequence[Row[Invoice, Customer, date]]:
    """A page of drafts by customer, then by month, with the month of each."""
    query = (
        select(Invoice, Customer, MONTH)
        .join(Customer, OF_CUSTOMER)
        .where(*_conditions(wanted))
        .order_by(Customer.name, Customer.id, MONTH, Invoice.id)
    )
    return session.execute(query.limit(limit).offset((page - 1) * limit)).all()


def sum_drafts(session: Session, wanted: DraftFilter) -> Sum:
    """What the filter finds, all pages together."""
    query = select(func.count(), func.sum(SIGNED)).select_from(Invoice).join(Customer, OF_CUSTOMER)
    count, total = session.execute(query.where(*_conditions(wanted))).one()
    return Sum(None, None, count, int(total or 0))


def sum_by_month(session: Session, wanted: DraftFilter, customer_ids: Collection[UUID]) -> dict[tuple[UUID, date], Sum]:
    """What the filter finds of these customers, by customer and month."""
    query = (
        select(Invoice.customer_id, MONTH, func.count(), func.sum(SIGNED))
        .join(Customer, OF_CUSTOMER)
        .where(*_conditions(wanted), Invoice.customer_id.in_(set(customer_ids)))
        .group_by(Invoice.customer_id, MONTH)
    )
    return {(row[0], row[1]): Sum(row[0], row[1], row[2], int(row[3])) for row in session.execute(query)}


def list_companions(session: Session, draft: Invoice) -> Sequence[Invoice]:
    """The credit note that goes with a corrected invoice, and the reverse: issued alone, one makes the other wrong."""
    if draft.reference_id is None:
        return ()
    query = select(Invoice).where(
        Invoice.reference_id == draft.reference_id, Invoice.kind != draft.kind, Invoice.state.in_(OPEN)
    )
    return session.scalars(query.order_by(Invoice.id).limit(10)).all()


def list_months(session: Session, limit: int = 24) -> Sequence[date]:
    """The months that have drafts, the last first."""
    query = select(MONTH).where(Invoice.state.in_(OPEN)).distinct().order_by(MONTH.desc())
    return session.scalars(query.limit(limit)).all()


def list_customers(session: Session, limit: int = 500) -> Sequence[Customer]:
    """The customers that have drafts, by name."""
    having = select(Invoice.customer_id).where(Invoice.state.in_((*OPEN, "discarded")))
    return session.scalars(select(Customer).where(Customer.id.in_(having)).order_by(Customer.name).limit(limit)).all()


def find_customers(session: Session, words: str, limit: int = 500) -> Sequence[Customer]:
    """Customers by words of their name or by their number, by name."""
    query = select(Customer).order_by(Customer.name).limit(limit)
    if words:
        query = query.where(or_(Customer.name.icontains(words, autoescape=True), Customer.number == words.upper()))
    return session.scalars(query).all()


def find_ids(session: Session, wanted: DraftFilter, limit: int) -> Sequence[UUID]:
    """The drafts that a filter finds and that wait for nothing, in the order of the list."""
    query = select(Invoice.id).join(Customer, OF_CUSTOMER).where(*_conditions(wanted), Invoice.state == "draft")
    return session.scalars(query.order_by(Customer.name, Customer.id, MONTH, Invoice.id).limit(limit)).all()


def page_of_drafts(session: Session, after: UUID | None, limit: int) -> Sequence[Row[Invoice, Customer]]:
    """Everything that is not issued, the first made first, after an identifier."""
    query = select(Invoice, Customer).join(Customer, OF_CUSTOMER).where(Invoice.state.in_((*OPEN, "discarded")))
    if after is not None:
        query = query.where(Invoice.id > after)
    return session.execute(query.order_by(Invoice.id).limit(limit)).all()


def _conditions(wanted: DraftFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Invoice.state == "discarded" if wanted.state == "discarded" else Invoice.state.in_(OPEN)
    ]
    if wanted.state == "refused":
        conditions.append(func.jsonb_array_length(Invoice.findings) > 0)
    if wanted.customer_id is not None:
        conditions.append(Invoice.customer_id == wanted.customer_id)
    if wanted.month is not None:
        conditions.append(MONTH.in_([wanted.month]))
    if wanted.words:
        conditions.append(
            or_(
                Customer.name.icontains(wanted.words, autoescape=True),
                Customer.number == wanted.words.upper(),
                Invoice.engagement_number == wanted.words,
            )
        )
    return conditions
