"""Money that came, and what it paid."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from billing.models import BankLine, Customer, Invoice, Matching, OnlineRefund, Payment
from kit.errors import NotFound
from tenants.models import User

MOST_MATCHINGS = 200


def get_payment(session: Session, payment_id: UUID, lock: bool = False) -> Payment:
    """A payment; `lock` reads it anew and makes whoever uses it take turns. Raises NotFound."""
    query = select(Payment).where(Payment.id == payment_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def get_matching(session: Session, matching_id: UUID, lock: bool = False) -> Matching:
    """A matching, undone or not. Raises NotFound."""
    query = select(Matching).where(Matching.id == matching_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Which payments a list shows. `view`: "open" (something left), "unknown" (payer not known), or everything."""

    view: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """A payment of a list: whose it is, the invoices it pays, what the bank said."""

    payment: Payment
    customer: str | None
    wording: str
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many payments a filter finds, what they brought, and what of it pays nothing yet, in cents."""

    count: int
    amount_cents: int
    open_cents: int


@dataclass(frozen=True, slots=True)
class MatchingShown:
    """A matching, whole: the invoice, the credit note and the payment by their names; who did and undid it."""

    matching: Matching
    number: str | None
    credit_number: str | None
    payment: Payment | None
    customer: str | None
    by: str | None
    undone_by: str | None


def list_payments(session: Session, wanted: PaymentFilter, page: int, limit: int) -> Sequence[PaymentShown]:
    """A page of payments, the last received first."""
    query = _filtered(select(Payment, Customer.name, BankLine.wording), wanted)
    query = query.order_by(Payment.received_on.desc(), Payment.id.desc()).limit(limit).offset((page - 1) * limit)
    return _shown(session, query)


def list_after(session: Session, after: UUID | None, limit: int) -> Sequence[Payment]:
    """A page of all payments, in the order they were recorded, for programs."""
    query = select(Payment).order_by(Payment.id).limit(limit)
    return session.scalars(query.where(Payment.id > after) if after else query).all()


def sum_payments(session: Session, wanted: PaymentFilter) -> Totals:
    """What the filter finds."""
    sums = select(
        func.count(),
        func.coalesce(func.sum(Payment.amount_cents), 0),
        func.coalesce(func.sum(Payment.open_cents), 0),
    )
    number, amount, left = session.execute(_filtered(sums, wanted)).one()
    return Totals(number, int(amount), int(left))


def matchings_of(
    session: Session, *, payment_id: UUID | None = None, invoice_id: UUID | None = None
) -> Sequence[MatchingShown]:
    """What a payment pays, or what pays an invoice (or uses a credit note), in the order it was done."""
    credited, by, undoer = aliased(Invoice), aliased(User), aliased(User)
    query = select(Matching, Invoice.number, credited.number, Payment, Customer.name, by.name, undoer.name)
    query = query.outerjoin(Invoice, Invoice.id == Matching.invoice_id)
    query = query.outerjoin(credited, credited.id == Matching.credit_note_id)
    query = query.outerjoin(Payment, Payment.id == Matching.payment_id)
    query = query.outerjoin(Customer, Customer.id == Payment.customer_id)
    query = query.outerjoin(by, by.id == Matching.matched_by).outerjoin(undoer, undoer.id == Matching.undone_by)
    if payment_id is not None:
        query = query.where(Matching.payment_id == payment_id)
    if invoice_id is not None:
        query = query.where((Matching.invoice_id == invoice_id) | (Matching.credit_note_id == invoice_id))
    rows = session.execute(query.order_by(Matching.id).limit(MOST_MATCHINGS))
    return [MatchingShown(*row) for row in rows]


def customers_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Customer]:
    """These customers."""
    return {one.id: one for one in session.scalars(select(Customer).where(Customer.id.in_(ids)))}


def find_line(session: Session, payment: Payment) -> BankLine | None:
    """The line of the bank that a payment is."""
    if payment.bank_line_id is None:
        return None
    return session.scalar(select(BankLine).where(BankLine.id == payment.bank_line_id))


def is_online_refund(session: Session, matching_id: UUID) -> bool:
    """Whether the online provider made this refund: it alone can say that it came back."""
    return session.scalar(select(OnlineRefund.id).where(OnlineRefund.matching_id == matching_id)) is not None


def _filtered(query: Any, wanted: PaymentFilter) -> Any:
    query = query.select_from(Payment).outerjoin(Customer, Customer.id == Payment.customer_id)
    query = query.outerjoin(BankLine, BankLine.id == Payment.bank_line_id)
    if wanted.view == "open":
        query = query.where(Payment.open_cents > 0)
    if wanted.view == "unknown":
        query = query.where(Payment.open_cents > 0, Payment.customer_id.is_(None))
    if wanted.words:
        paid = select(Matching.payment_id).join(Invoice, Invoice.id == Matching.invoice_id)
        paid = paid.where(Matching.undone_at.is_(None), Invoice.number.icontains(wanted.words, autoescape=True))
        columns = (Customer.name, Payment.payer, Payment.reference, BankLine.wording)
        found = [column.icontains(wanted.words, autoescape=True) for column in columns]
        query = query.where(or_(*found, Payment.id.in_(paid)))
    return query


def _shown(session: Session, query: Select[Any]) -> Sequence[PaymentShown]:
    rows = session.execute(query).all()
    paid = select(Matching.payment_id, Invoice.number).join(Invoice, Invoice.id == Matching.invoice_id)
    paid = paid.where(Matching.payment_id.in_([row[0].id for row in rows]), Matching.undone_at.is_(None))
    numbers: dict[UUID | None, list[str]] = {}
    for payment_id, number in session.execute(paid.order_by(Matching.id)):
        numbers.setdefault(payment_id, []).append(number or "")
    return [PaymentShown(payment, name, wording or "", numbers.get(payment.id, [])) for payment, name, wording in rows]
