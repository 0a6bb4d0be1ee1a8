"""Drafts sent to be issued: the next one, how many wait, how far a run went; the documents to make."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from billing.models import Customer, Invoice, InvoiceDocument, InvoiceSeries, IssueRun
from billing.queries.invoice import OF_CUSTOMER
from kit.errors import NotFound

MOST_SHOWN = 200


def get_run(session: Session, run_id: UUID) -> IssueRun:
    """A run. Raises NotFound."""
    found = session.scalar(select(IssueRun).where(IssueRun.id == run_id))
    if found is None:
        raise NotFound()
    return found


def find_run(session: Session, run_id: UUID | None) -> IssueRun | None:
    """A run, or None."""
    return session.scalar(select(IssueRun).where(IssueRun.id == run_id)) if run_id else None


def take_queued(session: Session) -> Invoice | None:
    """The oldest draft that waits for its number and that nobody is issuing, locked.

    A corrected invoice waits for the credit note of the first: they were queued together.
    """
    note = aliased(Invoice)
    first = exists().where(
        note.tenant_id == Invoice.tenant_id,
        note.reference_id == Invoice.reference_id,
        note.kind == "credit_note",
        note.state == "queued",
    )
    query = select(Invoice).where(Invoice.state == "queued", (Invoice.kind != "corrected") | ~first)
    return session.scalar(query.order_by(Invoice.id).limit(1).with_for_update(of=Invoice, skip_locked=True))


def count_queued(session: Session, most: int) -> int:
    """How many drafts wait for their number; `most` at the most."""
    some = select(Invoice.id).where(Invoice.state == "queued").limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def last_issued_on(session: Session) -> date | None:
    """The last day a number was taken, in any series."""
    return session.scalar(select(func.max(InvoiceSeries.last_issued_on)))


def count_by_state(session: Session, run_id: UUID) -> dict[str, int]:
    """How many invoices of the run are in each state."""
    query = select(Invoice.state, func.count()).where(Invoice.run_id == run_id).group_by(Invoice.state)
    return {state: count for state, count in session.execute(query)}  # noqa: C416 - rows are not pairs to mypy


def list_of_run(
    session: Session, run_id: UUID, state: str, limit: int = MOST_SHOWN
) -> Sequence[tuple[Invoice, Customer]]:
    """The invoices of the run in a state, with their customers, the first made first."""
    query = (
        select(Invoice, Customer).join(Customer, OF_CUSTOMER).where(Invoice.run_id == run_id, Invoice.state == state)
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(Invoice.id).limit(limit))]


def take_document(session: Session, now: datetime) -> InvoiceDocument | None:
    """A document that is due and that nobody is making, locked; the longest due first."""
    query = select(InvoiceDocument).where(InvoiceDocument.made_at.is_(None), InvoiceDocument.next_attempt_at <= now)
    return session.scalar(query.order_by(InvoiceDocument.next_attempt_at).limit(1).with_for_update(skip_locked=True))


def count_documents(session: Session, now: datetime, most: int) -> int:
    """How many documents are due; `most` at the most."""
    some = (
        select(InvoiceDocument.invoice_id)
        .where(InvoiceDocument.made_at.is_(None), InvoiceDocument.next_attempt_at <= now)
        .limit(most)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0
