"""The journal's entries: a page, one, the lines of a year for its file, what lettering is derived from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.models import Customer, JournalEntry, JournalLine, Matching
from billing.rules.lettering import Link, Movement
from kit.errors import NotFound

CHUNK = 2000
_ENTRY = and_(JournalEntry.tenant_id == JournalLine.tenant_id, JournalEntry.id == JournalLine.entry_id)
_CUSTOMER = and_(Customer.tenant_id == JournalLine.tenant_id, Customer.id == JournalLine.customer_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a year, maybe of a journal, an account (its beginning), a customer, or with words in them.

    `after` is the number of the last entry of the page before: pages go backwards, the latest entry first.
    """

    year: int
    journal: str | None = None
    account: str = ""
    customer_id: UUID | None = None
    text: str = ""
    after: int | None = None
    limit: int = 25


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an entry, and whose account it is."""

    entry_id: UUID
    account: str
    account_label: str
    customer_id: UUID | None
    customer_number: str | None
    customer_name: str | None
    debit_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What a year of accounts holds. `accounts`: (number, label, debit, credit) in their order."""

    entries: int
    lines: int
    debit_cents: int
    credit_cents: int
    accounts: Sequence[tuple[str, str, int, int]]


def list_years(session: Session) -> Sequence[int]:
    """The years that have entries, the latest first."""
    return session.scalars(select(JournalEntry.year).distinct().order_by(JournalEntry.year.desc())).all()


def get_entry(session: Session, entry_id: UUID) -> JournalEntry:
    """An entry. Raises NotFound."""
    found = session.scalars(select(JournalEntry).where(JournalEntry.id == entry_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def list_related(session: Session, entry: JournalEntry) -> Sequence[JournalEntry]:
    """The other entries of the same piece: the payment's recognition, what was undone."""
    return session.scalars(
        select(JournalEntry)
        .where(JournalEntry.about_id == entry.about_id, JournalEntry.id != entry.id)
        .order_by(JournalEntry.year, JournalEntry.number)
        .limit(50)
    ).all()


def list_entries(session: Session, wanted: Wanted) -> Sequence[JournalEntry]:
    """A page of entries and one more, the latest first."""
    query = _wanted(select(JournalEntry), wanted)
    if wanted.after is not None:
        query = query.where(JournalEntry.number < wanted.after)
    return session.scalars(query.order_by(JournalEntry.number.desc()).limit(wanted.limit + 1)).all()


def count_entries(session: Session, wanted: Wanted) -> int:
    """How many entries, all pages together."""
    return session.scalar(_wanted(select(func.count()).select_from(JournalEntry), wanted)) or 0


def _wanted(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.where(JournalEntry.year == wanted.year)
    if wanted.journal:
        query = query.where(JournalEntry.journal == wanted.journal)
    if wanted.text:
        words = f"%{_escaped(wanted.text)}%"
        query = query.where(or_(JournalEntry.piece.ilike(words), JournalEntry.wording.ilike(words)))
    if wanted.account or wanted.customer_id:
        lines = select(JournalLine.entry_id).where(_ENTRY).correlate(JournalEntry)
        if wanted.account:
            lines = lines.where(JournalLine.account.startswith(wanted.account, autoescape=True))
        if wanted.customer_id:
            lines = lines.where(JournalLine.customer_id == wanted.customer_id)
        query = query.where(lines.exists())
    return query


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def list_lines(session: Session, entry_ids: Sequence[UUID]) -> Sequence[Line]:
    """The lines of entries, in their order within each."""
    query = (
        select(
            JournalLine.entry_id,
            JournalLine.account,
            JournalLine.account_label,
            JournalLine.customer_id,
            Customer.number,
            Customer.name,
            JournalLine.debit_cents,
            JournalLine.credit_cents,
        )
        .outerjoin(Customer, _CUSTOMER)
        .where(JournalLine.entry_id.in_(entry_ids))
        .order_by(JournalLine.entry_id, JournalLine.position)
    )
    return [Line(*row) for row in session.execute(query)]


def year_totals(session: Session, year: int) -> YearTotals:
    """The figures of a year, account by account."""
    query = (
        select(
            JournalLine.account,
            func.max(JournalLine.account_label),
            func.sum(JournalLine.debit_cents),
            func.sum(JournalLine.credit_cents),
            func.count(),
        )
        .join(JournalEntry, _ENTRY)
        .where(JournalEntry.year == year)
        .group_by(JournalLine.account)
        .order_by(JournalLine.account)
    )
    rows = session.execute(query).all()
    entries = session.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.year == year)) or 0
    return YearTotals(
        entries=entries,
        lines=sum(row[4] for row in rows),
        debit_cents=sum(int(row[2]) for row in rows),
        credit_cents=sum(int(row[3]) for row in rows),
        accounts=[(row[0], row[1], int(row[2]), int(row[3])) for row in rows],
    )


def stream_lines(session: Session, year: int) -> Iterator[Any]:
    """Every line of a year with its entry and customer, in the order of the file; a few thousand at a time."""
    query = (
        select(
            JournalEntry.journal,
            JournalEntry.number,
            JournalEntry.entered_on,
            JournalEntry.piece,
            JournalEntry.piece_on,
            JournalEntry.wording,
            JournalEntry.about_id,
            JournalEntry.validated_at,
            JournalLine.account,
            JournalLine.account_label,
            Customer.number.label("customer_number"),
            Customer.name.label("customer_name"),
            JournalLine.debit_cents,
            JournalLine.credit_cents,
        )
        .join(JournalLine, _ENTRY)
        .outerjoin(Customer, _CUSTOMER)
        .where(JournalEntry.year == year)
        .order_by(JournalEntry.number, JournalLine.position)
        .execution_options(yield_per=CHUNK)
    )
    yield from session.execute(query)


def stream_movements(session: Session, year: int) -> Iterator[Movement]:
    """The lines of a year on customers' accounts."""
    query = (
        select(
            JournalEntry.about_id,
            JournalLine.customer_id,
            JournalLine.debit_cents - JournalLine.credit_cents,
            JournalEntry.number,
            JournalEntry.entered_on,
        )
        .join(JournalLine, _ENTRY)
        .where(JournalEntry.year == year, JournalLine.customer_id.is_not(None))
        .execution_options(yield_per=CHUNK)
    )
    for node, customer_id, cents, number, on in session.execute(query):
        if customer_id is not None:
            yield Movement(node, customer_id, cents, number, on)


def stream_links(session: Session, since: date, until: date, ends_at: datetime) -> Iterator[Link]:
    """The matchings made in a period and in force at its end: `ends_at` is the instant after its last day."""
    query = (
        select(
            Matching.id,
            Matching.invoice_id,
            Matching.payment_id,
            Matching.credit_note_id,
            Matching.amount_cents,
            Matching.matched_on,
        )
        .where(
            Matching.matched_on.between(since, until),
            or_(Matching.undone_at.is_(None), Matching.undone_at >= ends_at),
        )
        .execution_options(yield_per=CHUNK)
    )
    for id_, invoice_id, payment_id, credit_note_id, cents, on in session.execute(query):
        uses = tuple(one for one in (invoice_id, payment_id, credit_note_id) if one is not None)
        yield Link(id_, uses, cents, on)


def balance_of(session: Session, customer_id: UUID, until: date) -> int:
    """What a customer owed at the end of a day, by its account (below zero: what it is owed)."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(JournalLine.debit_cents - JournalLine.credit_cents), 0))
            .join(JournalEntry, _ENTRY)
            .where(JournalLine.customer_id == customer_id, JournalEntry.entered_on <= until)
        )
        or 0
    )


def list_account(session: Session, customer_id: UUID, since: date, until: date, limit: int) -> Sequence[Any]:
    """The lines of a customer's account over a period, both days included, the oldest first."""
    query = (
        select(
            JournalEntry.entered_on,
            JournalEntry.piece,
            JournalEntry.wording,
            JournalEntry.subject,
            JournalEntry.subject_id,
            JournalLine.debit_cents,
            JournalLine.credit_cents,
        )
        .join(JournalEntry, _ENTRY)
        .where(JournalLine.customer_id == customer_id, JournalEntry.entered_on.between(since, until))
        .order_by(JournalEntry.entered_on, JournalEntry.year, JournalEntry.number, JournalLine.position)
        .limit(limit)
    )
    return session.execute(query).all()
