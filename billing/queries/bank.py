"""Statements of the bank, their lines, and what each became."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from billing.models import BankLine, BankStatement, Customer, Invoice, Matching, Payment, Payout, Receivable
from billing.rules.matching import Candidate
from kit.errors import NotFound

_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of a statement, and what it became: a payment (and whose), a payout of the provider, or neither."""

    line: BankLine
    payment: Payment | None
    customer: str | None
    payout_id: UUID | None
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class StatementShown:
    """A statement of the list: what came in by its lines, and what of it pays nothing yet."""

    statement: BankStatement
    received_cents: int
    open_cents: int


def find_statement(session: Session, sha256: str) -> BankStatement | None:
    """The statement that this very file is."""
    return session.scalar(select(BankStatement).where(BankStatement.sha256 == sha256))


def get_statement(session: Session, statement_id: UUID) -> BankStatement:
    """A statement. Raises NotFound."""
    found = session.scalar(select(BankStatement).where(BankStatement.id == statement_id))
    if found is None:
        raise NotFound()
    return found


def list_statements(session: Session, after: UUID | None, limit: int) -> Sequence[StatementShown]:
    """Statements, the last imported first; those that follow `after`."""
    query = select(BankStatement).order_by(BankStatement.id.desc()).limit(limit)
    if after is not None:
        query = query.where(BankStatement.id < after)
    rows = session.scalars(query).all()
    sums = (
        select(BankLine.statement_id, func.sum(Payment.amount_cents), func.sum(Payment.open_cents))
        .join(Payment, Payment.bank_line_id == BankLine.id)
        .where(BankLine.statement_id.in_([one.id for one in rows]))
        .group_by(BankLine.statement_id)
    )
    found = {one: (int(received), int(left)) for one, received, left in session.execute(sums)}
    return [StatementShown(one, *found.get(one.id, (0, 0))) for one in rows]


def get_line(session: Session, line_id: UUID) -> BankLine:
    """A line. Raises NotFound."""
    found = session.scalar(select(BankLine).where(BankLine.id == line_id))
    if found is None:
        raise NotFound()
    return found


def count_lines(session: Session, statement_id: UUID, only: str) -> int:
    """How many lines of a statement are shown."""
    return session.scalar(_lines(select(func.count()), statement_id, only)) or 0


def list_lines(session: Session, statement_id: UUID, only: str, page: int, limit: int) -> Sequence[LineShown]:
    """A page of a statement's lines, in the order of the file. `only`: "open", "in", "out", or everything."""
    query = _lines(select(BankLine, Payment, Customer.name, Payout.id), statement_id, only)
    query = query.order_by(BankLine.position, BankLine.id).limit(limit).offset((page - 1) * limit)
    rows = session.execute(query).all()
    numbers = _paid_by(session, [payment.id for _, payment, _, _ in rows if payment])
    return [
        LineShown(line, payment, name, payout, numbers.get(payment.id, []) if payment else [])
        for line, payment, name, payout in rows
    ]


def known_fingerprints(session: Session, marks: Iterable[str]) -> set[str]:
    """Which of these movements were imported already."""
    known: set[str] = set()
    for some in _chunks(marks):
        known.update(session.scalars(select(BankLine.fingerprint).where(BankLine.fingerprint.in_(some))))
    return known


def count_days(session: Session, starts_on: date, ends_on: date) -> Counter[tuple[date, int]]:
    """How many lines there are of each day and amount."""
    query = select(BankLine.booked_on, BankLine.amount_cents, func.count())
    query = query.where(BankLine.booked_on.between(starts_on, ends_on))
    rows = session.execute(query.group_by(BankLine.booked_on, BankLine.amount_cents))
    return Counter({(on, cents): number for on, cents, number in rows})


def payout_lines(session: Session, statement_id: UUID) -> set[UUID]:
    """The lines of a statement that are payouts of the provider."""
    query = select(Payout.bank_line_id).join(BankLine, BankLine.id == Payout.bank_line_id)
    rows = session.scalars(query.where(BankLine.statement_id == statement_id))
    return {one for one in rows if one is not None}


def is_taken(session: Session, line_id: UUID) -> bool:
    """Whether a line is a payment or a payout already."""
    payment = select(Payment.id).where(Payment.bank_line_id == line_id)
    payout = select(Payout.id).where(Payout.bank_line_id == line_id)
    return session.scalar(payment.union_all(payout).limit(1)) is not None


def list_candidates(session: Session, serials: Collection[tuple[int, int]]) -> Sequence[Candidate]:
    """Every invoice with something to pay, and those of these (year, rank) whatever is left of them."""
    query = select(
        Receivable.id,
        Receivable.customer_id,
        Invoice.number,
        Invoice.payment_reference,
        Receivable.due_on,
        Receivable.open_cents,
    ).join(Invoice, Invoice.id == Receivable.id)
    query = query.where(Receivable.is_credit.is_(False))
    rows = list(session.execute(query.where(Receivable.open_cents > 0)))
    for some in _chunks(sorted(serials)):
        named = tuple_(Invoice.series_year, Invoice.series_number).in_(some)
        rows += session.execute(query.where(Receivable.open_cents == 0, named))
    return [
        Candidate(one, whose, number or "", reference, due_on, left)
        for one, whose, number, reference, due_on, left in rows
    ]


def list_names(session: Session) -> Mapping[UUID, str]:
    """How customers are called."""
    rows = session.execute(select(Customer.id, Customer.name)).all()
    return dict(iter(rows))


def list_accounts(session: Session, ibans: Iterable[str]) -> Mapping[str, set[UUID]]:
    """Whose transfers came from these accounts before."""
    found: dict[str, set[UUID]] = {}
    for some in _chunks(set(ibans) - {""}):
        query = select(BankLine.counterpart_iban, Payment.customer_id).distinct()
        query = query.join(Payment, Payment.bank_line_id == BankLine.id)
        query = query.where(BankLine.counterpart_iban.in_(some), Payment.customer_id.is_not(None))
        for iban, customer_id in session.execute(query):
            if customer_id is not None:
                found.setdefault(iban, set()).add(customer_id)
    return found


def _lines(query: Any, statement_id: UUID, only: str) -> Any:
    query = query.select_from(BankLine).outerjoin(Payment, Payment.bank_line_id == BankLine.id)
    query = query.outerjoin(Customer, Customer.id == Payment.customer_id)
    query = query.outerjoin(Payout, Payout.bank_line_id == BankLine.id)
    query = query.where(BankLine.statement_id == statement_id)
    filters = {
        "open": Payment.open_cents > 0,
        "in": BankLine.amount_cents > 0,
        "out": BankLine.amount_cents < 0,
    }
    return query.where(filters[only]) if only in filters else query


def _paid_by(session: Session, payment_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    query = select(Matching.payment_id, Invoice.number).join(Invoice, Invoice.id == Matching.invoice_id)
    query = query.where(Matching.payment_id.in_(payment_ids), Matching.undone_at.is_(None)).order_by(Matching.id)
    found: dict[UUID, list[str]] = {}
    for payment_id, number in session.execute(query):
        found.setdefault(payment_id, []).append(number)  # type: ignore[arg-type]
    return found


def _chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    rest = iter(values)
    while some := list(islice(rest, _CHUNK)):
        yield some
