"""What is owed: receivables, one or many, and the invoices they are of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.models import Customer, Invoice, Receivable
from kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """A receivable with something left, and whose it is. `total_cents` and `open_cents` are positive."""

    id: UUID
    customer_id: UUID
    customer: str
    number: str
    reference: str
    issued_on: date
    due_on: date
    total_cents: int
    open_cents: int
    is_credit: bool
    state: str


def get_receivable(session: Session, invoice_id: UUID) -> Receivable:
    """What is open of an issued invoice or credit note. Raises NotFound."""
    found = session.scalar(select(Receivable).where(Receivable.id == invoice_id))
    if found is None:
        raise NotFound()
    return found


def lock_receivables(session: Session, ids: Iterable[UUID]) -> dict[UUID, Receivable]:
    """Receivables under lock, read anew, in the order of their ids: everybody locks in that order."""
    query = select(Receivable).where(Receivable.id.in_(sorted(set(ids)))).order_by(Receivable.id).with_for_update()
    return {row.id: row for row in session.scalars(query.execution_options(populate_existing=True))}


def lock_open_of(session: Session, customer_id: UUID) -> dict[UUID, Receivable]:
    """Everything open of a customer under lock, in the order of the ids."""
    query = select(Receivable).where(Receivable.customer_id == customer_id, Receivable.open_cents > 0)
    query = query.order_by(Receivable.id).with_for_update().execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(query)}


def get_number(session: Session, invoice_id: UUID) -> str:
    """The number of an issued invoice. Raises NotFound."""
    number = session.scalar(select(Invoice.number).where(Invoice.id == invoice_id))
    if number is None:
        raise NotFound()
    return number


def list_open(session: Session, customer_id: UUID | None = None, limit: int | None = None) -> Sequence[OpenInvoice]:
    """Invoices with something left to pay, the oldest due first; a customer's alone on request."""
    query = _open().where(Receivable.open_cents > 0, Receivable.is_credit.is_(False))
    if customer_id is not None:
        query = query.where(Receivable.customer_id == customer_id)
    return _read(session, query.limit(limit))


def list_by_ids(session: Session, ids: Iterable[UUID]) -> Sequence[OpenInvoice]:
    """These invoices, whatever is left of them, the oldest due first."""
    return _read(session, _open().where(Receivable.id.in_(list(ids))))


def _open() -> Any:
    return (
        select(
            Receivable.id,
            Receivable.customer_id,
            Customer.name,
            Invoice.number,
            Invoice.payment_reference,
            Invoice.issued_on,
            Receivable.due_on,
            Receivable.total_cents,
            Receivable.open_cents,
            Receivable.is_credit,
            Receivable.state,
        )
        .join(Invoice, Invoice.id == Receivable.id)
        .join(Customer, Customer.id == Receivable.customer_id)
        .order_by(Receivable.due_on, Receivable.id)
    )


def _read(session: Session, query: Any) -> Sequence[OpenInvoice]:
    return [OpenInvoice(*row) for row in session.execute(query)]
