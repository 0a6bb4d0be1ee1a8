"""Aged balance: what each customer owed at the end of a day, by how late it was. From facts: issued, received, matched.

Only what is open today, or moved since that day, is looked at: everything else was settled then as it is now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, null, or_, select, union, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import Date

from billing.models import Customer, Invoice, JournalEntry, JournalLine, Matching, Payment, Receivable
from billing.rules.ageing import BANDS, bands

COLUMNS = (*(key for key, _, _ in BANDS), "credit", "balance")


@dataclass(frozen=True, slots=True)
class Asked:
    """As of the end of `on`; `ends_at` is the instant after it. Maybe one kind of customer, or words of its name."""

    on: date
    ends_at: datetime
    kind: str | None = None
    text: str = ""
    sort: str = "name"
    offset: int = 0
    limit: int | None = 50


@dataclass(frozen=True, slots=True)
class AgedLine:
    """A customer. `cents` by column (COLUMNS): what it owes by band, `credit` what is not used yet, the balance."""

    customer_id: UUID
    number: str
    name: str
    kind: str
    cents: dict[str, int]


@dataclass(frozen=True, slots=True)
class Aged:
    """A page of the balance, how many customers there are, and the totals of them all."""

    lines: Sequence[AgedLine]
    count: int
    totals: dict[str, int]


def aged_balance(session: Session, asked: Asked) -> Aged:
    """The page of customers with something open at the end of a day, in one statement."""
    aged = _aged(asked)
    columns = [aged.c[key] for key in COLUMNS]
    query = (
        select(
            Customer.id,
            Customer.number,
            Customer.name,
            Customer.kind,
            *columns,
            func.count().over(),
            *(func.sum(column).over() for column in columns),
        )
        .join(aged, aged.c.customer_id == Customer.id)
        .where(*_about(asked))
        .order_by(*_order(aged, asked.sort))
        .offset(asked.offset)
        .limit(asked.limit)
    )
    rows = session.execute(query).all()
    width = len(COLUMNS)
    lines = [AgedLine(row[0], row[1], row[2], row[3], _cents(row[4 : 4 + width])) for row in rows]
    if not rows:
        return Aged([], 0, dict.fromkeys(COLUMNS, 0))
    return Aged(lines, rows[0][4 + width], _cents(rows[0][5 + width :]))


def aged_by_kind(session: Session, asked: Asked) -> dict[str, dict[str, int]]:
    """The same by kind of customer."""
    aged = _aged(asked)
    query = (
        select(Customer.kind, *(func.sum(aged.c[key]) for key in COLUMNS))
        .join(aged, aged.c.customer_id == Customer.id)
        .where(*_about(asked))
        .group_by(Customer.kind)
    )
    return {row[0]: _cents(row[1:]) for row in session.execute(query)}


def _about(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.kind:
        found.append(Customer.kind == asked.kind)
    if asked.text:
        found.append(
            or_(Customer.name.icontains(asked.text, autoescape=True), Customer.number == asked.text.upper().strip())
        )
    return found


def _order(aged: CTE, sort: str) -> list[Any]:
    """By name, or by the largest of a column."""
    first = [] if sort == "name" else [aged.c[sort].desc()]
    return [*first, func.lower(Customer.name), Customer.number]


def _cents(values: Sequence[Any]) -> dict[str, int]:
    return {key: int(value or 0) for key, value in zip(COLUMNS, values, strict=True)}


def _aged(asked: Asked) -> CTE:
    """Columns of cents by customer_id."""
    items = union_all(_receivables(asked), _payments(asked)).cte("items")
    open_ = items.c.cents
    columns = []
    for band in bands(asked.on):
        within: list[ColumnElement[bool]] = [items.c.due_on.is_not(None)]
        within += [items.c.due_on >= band.first] if band.first else []
        within += [items.c.due_on <= band.last] if band.last else []
        columns.append(func.coalesce(func.sum(open_).filter(and_(*within)), 0).label(band.key))
    credit = func.coalesce(-func.sum(open_).filter(items.c.due_on.is_(None)), 0).label("credit")
    return (
        select(items.c.customer_id, *columns, credit, func.sum(open_).label("balance"))
        .where(open_ != 0)
        .group_by(items.c.customer_id)
        .cte("aged")
    )


def _moved(asked: Asked, column: Any) -> Select[Any]:
    """What matchings made or undone since that day are about."""
    since = or_(Matching.matched_on > asked.on, Matching.undone_at >= asked.ends_at)
    return select(column.label("id")).where(since, column.is_not(None))


def _settled(asked: Asked, of: ColumnElement[bool]) -> Any:
    """What matchings in force at the end of the day used of something."""
    return (
        select(func.coalesce(func.sum(Matching.amount_cents), 0))
        .where(
            of,
            Matching.matched_on <= asked.on,
            or_(Matching.undone_at.is_(None), Matching.undone_at >= asked.ends_at),
        )
        .correlate(Receivable, Payment)
        .scalar_subquery()
    )


def _receivables(asked: Asked) -> Select[Any]:
    """Invoices with their due date, above zero; credit notes without, below."""
    candidates = union(
        select(Receivable.id).where(Receivable.open_cents > 0),
        _moved(asked, Matching.invoice_id),
        _moved(asked, Matching.credit_note_id),
    ).subquery()
    used = and_(
        Matching.tenant_id == Receivable.tenant_id,
        or_(Matching.invoice_id == Receivable.id, Matching.credit_note_id == Receivable.id),
    )
    left = Receivable.total_cents - _settled(asked, used)
    return (
        select(
            Receivable.customer_id,
            case((Receivable.is_credit, null()), else_=Receivable.due_on).label("due_on"),
            case((Receivable.is_credit, -left), else_=left).label("cents"),
        )
        .join(candidates, candidates.c.id == Receivable.id)
        .join(Invoice, and_(Invoice.tenant_id == Receivable.tenant_id, Invoice.id == Receivable.id))
        .where(Invoice.issued_on <= asked.on)
    )


def _payments(asked: Asked) -> Select[Any]:
    """What no invoice used yet of the customers' payments, below zero."""
    candidates = union(select(Payment.id).where(Payment.open_cents > 0), _moved(asked, Matching.payment_id)).subquery()
    used = and_(Matching.tenant_id == Payment.tenant_id, Matching.payment_id == Payment.id)
    left = Payment.amount_cents - _settled(asked, used)
    items = (
        select(_owner(asked).label("customer_id"), null().cast(Date).label("due_on"), (-left).label("cents"))
        .join(candidates, candidates.c.id == Payment.id)
        .where(Payment.received_on <= asked.on)
        .subquery()
    )
    return select(items).where(items.c.customer_id.is_not(None))


def _owner(asked: Asked) -> ColumnElement[Any]:
    """Whose payment it was that day: its customer, unless somebody recognised it since."""
    of_it = and_(JournalEntry.tenant_id == Payment.tenant_id, JournalEntry.about_id == Payment.id)
    since = select(JournalEntry.id).where(
        of_it, JournalEntry.subject == "recognition", JournalEntry.entered_on > asked.on
    )
    lines = and_(JournalLine.tenant_id == JournalEntry.tenant_id, JournalLine.entry_id == JournalEntry.id)
    then = (
        select(JournalLine.customer_id)
        .join(JournalEntry, lines)
        .where(of_it, JournalEntry.subject.in_(("payment", "recognition")), JournalEntry.entered_on <= asked.on)
        .where(JournalLine.credit_cents > 0)
        .order_by(JournalEntry.entered_on.desc(), JournalEntry.number.desc())
        .limit(1)
        .correlate(Payment)
        .scalar_subquery()
    )
    return case((since.correlate(Payment).exists(), then), else_=Payment.customer_id)
