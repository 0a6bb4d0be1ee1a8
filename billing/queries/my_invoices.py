"""A customer's own invoices: what is to be paid first, then what is settled and the credit notes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from billing.models import Checkout, Customer, Invoice, InvoiceDocument, InvoiceLine, Receivable

PAGE = 30
_INVOICE = and_(Invoice.tenant_id == Receivable.tenant_id, Invoice.id == Receivable.id)
_CUSTOMER = and_(Customer.tenant_id == Receivable.tenant_id, Customer.id == Receivable.customer_id)
_DOCUMENT = and_(InvoiceDocument.tenant_id == Receivable.tenant_id, InvoiceDocument.invoice_id == Receivable.id)
_IS_OPEN = and_(Receivable.open_cents > 0, Receivable.is_credit.is_(False))


@dataclass(frozen=True, slots=True)
class Whose:
    """Which invoices somebody may read: those of their organisations; the funder's for the ARS."""

    organisation_ids: Collection[UUID]
    is_funder: bool


class MyInvoice(NamedTuple):
    """An issued invoice or credit note, what is left of it, whether its document is there. `what` is its first line."""

    invoice: Invoice
    receivable: Receivable
    customer: Customer
    made_at: datetime | None
    what: str
    line_count: int
    is_being_paid: bool


class Sums(NamedTuple):
    """How many invoices are open, what is open of them and late of that (cents), how many contested, and in all."""

    open_count: int
    open_cents: int
    late_cents: int
    contested_count: int
    total: int


def list_mine(session: Session, whose: Whose, page: int, limit: int = PAGE) -> Sequence[MyInvoice]:
    """A page: what is open, the first due first; then the rest, the last issued first."""
    first_line = _first_line()
    lines = (
        select(func.count())
        .where(InvoiceLine.tenant_id == Receivable.tenant_id, InvoiceLine.invoice_id == Receivable.id)
        .correlate(Receivable)
        .scalar_subquery()
    )
    paying = select(Checkout.id).where(
        Checkout.tenant_id == Receivable.tenant_id, Checkout.invoice_id == Receivable.id, Checkout.state == "pending"
    )
    query = (
        _joined(select(Invoice, Receivable, Customer, InvoiceDocument.made_at, first_line, lines, paying.exists()))
        .outerjoin(InvoiceDocument, _DOCUMENT)
        .where(_which(whose))
        .order_by(
            case((_IS_OPEN, 0), else_=1),
            case((_IS_OPEN, Receivable.due_on)),
            Invoice.issued_on.desc(),
            Invoice.series_number.desc(),
        )
    )
    return [MyInvoice(*row) for row in session.execute(query.limit(limit).offset((page - 1) * limit))]


def sums(session: Session, whose: Whose, on: date) -> Sums:
    """What all of them come to."""
    left = case((_IS_OPEN, Receivable.open_cents), else_=0)
    late = case((and_(_IS_OPEN, Receivable.state == "due", Receivable.due_on < on), Receivable.open_cents), else_=0)
    query = _joined(
        select(
            func.count().filter(_IS_OPEN),
            func.coalesce(func.sum(left), 0),
            func.coalesce(func.sum(late), 0),
            func.count().filter(and_(_IS_OPEN, Receivable.state == "contested")),
            func.count(),
        ).select_from(Receivable)
    )
    return Sums(*(int(figure) for figure in session.execute(query.where(_which(whose))).one()))


def _first_line() -> Any:
    return (
        select(InvoiceLine.designation)
        .where(InvoiceLine.tenant_id == Receivable.tenant_id, InvoiceLine.invoice_id == Receivable.id)
        .order_by(InvoiceLine.position)
        .limit(1)
        .correlate(Receivable)
        .scalar_subquery()
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return query.join(Invoice, _INVOICE).join(Customer, _CUSTOMER)


def _which(whose: Whose) -> ColumnElement[bool]:
    mine = Receivable.organisation_id.in_(whose.organisation_ids) if whose.organisation_ids else false()
    return or_(mine, Customer.is_funder) if whose.is_funder else mine
