"""Issued invoices and credit notes: one, its lines, what is left of them, lists with their totals."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, extract, func, or_, select
from sqlalchemy.orm import Session, aliased

from billing.models import Customer, Invoice, InvoiceDocument, InvoiceLine, Receivable
from billing.rules.credit import Left
from bookings.models import Order
from kit.errors import NotFound

PAGE = 50
NO_INVOICE = "Cette facture n’existe pas, ou vous n’y avez pas accès."
OF_CUSTOMER = and_(Customer.tenant_id == Invoice.tenant_id, Customer.id == Invoice.customer_id)
OF_RECEIVABLE = and_(Receivable.tenant_id == Invoice.tenant_id, Receivable.id == Invoice.id)
OF_DOCUMENT = and_(InvoiceDocument.tenant_id == Invoice.tenant_id, InvoiceDocument.invoice_id == Invoice.id)
# What an invoice counts for in a sum: a credit note takes away.
SIGN = case((Invoice.kind == "credit_note", -1), else_=1)
STANDINGS = ("open", "late", "settled", "contested", "unmade")


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which issued invoices a list shows. `standing` is one of STANDINGS; `words` of its number or its customer."""

    kind: str = ""
    year: int | None = None
    customer_id: UUID | None = None
    standing: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a filter finds: how many, and sums in cents (credit notes taken away). `open_cents` is what is still due."""

    count: int
    net_cents: int
    total_cents: int
    open_cents: int


def get_invoice(session: Session, invoice_id: UUID, lock: bool = False) -> Invoice:
    """An invoice in any state, locked on request. Raises NotFound."""
    query = select(Invoice).where(Invoice.id == invoice_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_INVOICE)
    return found


def get_issued(session: Session, invoice_id: UUID, lock: bool = False) -> Invoice:
    """An issued invoice. Raises NotFound for a draft too: its customer knows nothing of it."""
    found = get_invoice(session, invoice_id, lock)
    if found.state != "issued":
        raise NotFound(NO_INVOICE)
    return found


def lines_of(session: Session, invoice_id: UUID) -> Sequence[InvoiceLine]:
    """The lines of an invoice, in their order."""
    query = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
    return session.scalars(query.order_by(InvoiceLine.position)).all()


def lines_by_invoice(session: Session, invoice_ids: Collection[UUID]) -> Mapping[UUID, list[InvoiceLine]]:
    """The lines of each invoice, in their order."""
    found: dict[UUID, list[InvoiceLine]] = defaultdict(list)
    query = select(InvoiceLine).where(InvoiceLine.invoice_id.in_(invoice_ids))
    for line in session.scalars(query.order_by(InvoiceLine.invoice_id, InvoiceLine.position)):
        found[line.invoice_id].append(line)
    return found


def order_numbers(session: Session, order_ids: Collection[UUID | None]) -> Mapping[UUID, str]:
    """The numbers of these purchase orders, by identifier."""
    asked = [one for one in order_ids if one is not None]
    query = select(Order.id, Order.number).where(Order.id.in_(asked))
    return {row.id: row.number for row in session.execute(query)} if asked else {}


def left_of(session: Session, invoice_id: UUID) -> list[Left]:
    """What is left of each line once its credit notes are deducted, those that are not issued yet too."""
    credited, note = aliased(InvoiceLine), aliased(Invoice)
    taken = (
        select(
            credited.tenant_id,
            credited.credits_id,
            func.sum(credited.net_cents).label("net"),
            func.sum(credited.vat_cents).label("vat"),
        )
        .join(note, and_(note.tenant_id == credited.tenant_id, note.id == credited.invoice_id))
        .where(note.reference_id == invoice_id, note.kind == "credit_note", note.state != "discarded")
        .group_by(credited.tenant_id, credited.credits_id)
        .subquery()
    )
    query = (
        select(
            InvoiceLine.id,
            InvoiceLine.designation,
            InvoiceLine.net_cents - func.coalesce(taken.c.net, 0),
            InvoiceLine.vat_cents - func.coalesce(taken.c.vat, 0),
        )
        .outerjoin(taken, and_(taken.c.tenant_id == InvoiceLine.tenant_id, taken.c.credits_id == InvoiceLine.id))
        .where(InvoiceLine.invoice_id == invoice_id)
        .order_by(InvoiceLine.position)
    )
    return [Left(line_id, designation, int(net), int(vat)) for line_id, designation, net, vat in session.execute(query)]


def credited_cents(session: Session, invoice_id: UUID) -> int:
    """What issued credit notes take away from an invoice, VAT included."""
    query = select(func.sum(Invoice.total_cents)).where(
        Invoice.reference_id == invoice_id, Invoice.kind == "credit_note", Invoice.state == "issued"
    )
    return int(session.scalar(query) or 0)


def list_following(session: Session, invoice_id: UUID) -> Sequence[Invoice]:
    """The credit notes and corrected invoices of an invoice, the first made first; not what was discarded."""
    query = select(Invoice).where(Invoice.reference_id == invoice_id, Invoice.state != "discarded")
    return session.scalars(query.order_by(Invoice.id)).all()


def list_invoices(
    session: Session, wanted: InvoiceFilter, today: date, page: int = 1, limit: int = PAGE
) -> Sequence[Row[Invoice, Customer, Receivable, InvoiceDocument]]:
    """A page of issued invoices, the last issued first."""
    query = (
        _joined(select(Invoice, Customer, Receivable, InvoiceDocument), wanted, today)
        .order_by(Invoice.series_year.desc(), Invoice.series_number.desc())
        .limit(limit)
        .offset((page - 1) * limit)
    )
    return session.execute(query).all()


def totals(session: Session, wanted: InvoiceFilter, today: date) -> Totals:
    """What the filter finds, all pages together."""
    due = func.sum(case((Invoice.kind == "credit_note", 0), else_=Receivable.open_cents))
    sums = [func.sum(SIGN * Invoice.net_cents), func.sum(SIGN * Invoice.total_cents), due]
    row = session.execute(_joined(select(func.count(), *sums).select_from(Invoice), wanted, today)).one()
    count, net, total, unpaid = (int(figure or 0) for figure in row)
    return Totals(count, net, total, unpaid)


def list_years(session: Session) -> Sequence[int]:
    """The years that have invoices, the last first."""
    query = select(extract("year", Invoice.issued_on).label("year")).where(Invoice.state == "issued").distinct()
    return sorted((int(year) for year in session.scalars(query)), reverse=True)


def page_of_invoices(
    session: Session,
    organisation_ids: Collection[UUID] | None,
    is_funder: bool,
    after: UUID | None = None,
    limit: int = PAGE,
) -> Sequence[Row[Invoice, Customer, Receivable, InvoiceDocument]]:
    """Issued invoices of some organisations (None: of all), and the funder's on request; the last made first."""
    query = _joined(select(Invoice, Customer, Receivable, InvoiceDocument), InvoiceFilter(), date.min)
    if organisation_ids is not None:
        whose = Invoice.organisation_id.in_(organisation_ids)
        query = query.where(or_(whose, Customer.is_funder) if is_funder else whose)
    if after is not None:
        query = query.where(Invoice.id < after)
    return session.execute(query.order_by(Invoice.id.desc()).limit(limit)).all()


def _joined(query: Any, wanted: InvoiceFilter, today: date) -> Any:
    """The query over issued invoices with all that surrounds them."""
    return (
        query.join(Customer, OF_CUSTOMER)
        .join(Receivable, OF_RECEIVABLE)
        .join(InvoiceDocument, OF_DOCUMENT)
        .where(Invoice.state == "issued", *_conditions(wanted, today))
    )


def _conditions(wanted: InvoiceFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind:
        conditions.append(Invoice.kind == wanted.kind)
    if wanted.year:
        conditions.append(Invoice.series_year == wanted.year)
    if wanted.customer_id is not None:
        conditions.append(Invoice.customer_id == wanted.customer_id)
    if wanted.standing:
        conditions.append(_standing(wanted.standing, today))
    if wanted.words:
        conditions.append(
            or_(
                Invoice.number.icontains(wanted.words, autoescape=True),
                Customer.name.icontains(wanted.words, autoescape=True),
                Customer.number == wanted.words.upper(),
            )
        )
    return conditions


def _standing(standing: str, today: date) -> ColumnElement[bool]:
    due = and_(Receivable.open_cents > 0, Invoice.kind != "credit_note")
    return {
        "open": due,
        "late": and_(due, Receivable.due_on < today),
        "settled": Receivable.open_cents == 0,
        "contested": Receivable.state == "contested",
        "unmade": InvoiceDocument.made_at.is_(None),
    }[standing]
