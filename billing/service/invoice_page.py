"""Issued invoices as they are read: one, for its customer and the GRADeS; the GRADeS's list with totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row

from billing.models import Customer, Invoice, InvoiceDocument, InvoiceLine, Receivable
from billing.permissions import PERMISSIONS
from billing.queries import invoice as invoices
from billing.queries.customer import find_funder, get_customer
from billing.queries.invoice import InvoiceFilter, Totals
from billing.rules.content import Content, read_content
from kit.actor import Actor
from kit.permissions import allows, permit
from kit.transaction import transaction
from services_catalog.service.today import today

InvoiceRow: TypeAlias = Row[Invoice, Customer, Receivable, InvoiceDocument]


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """An issued invoice: what its document says, what is open of it, its document.

    `reference` is the invoice that it credits or replaces, `following` its credit notes and corrected invoices (the
    customer sees those that are issued). `left_cents` is what may still be credited.
    """

    invoice: Invoice
    content: Content
    customer: Customer
    receivable: Receivable
    document: InvoiceDocument
    lines: Sequence[InvoiceLine]
    reference: Invoice | None
    following: Sequence[Invoice]
    left_cents: int
    on: date


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """A page of issued invoices, their totals on every page, and the years there are."""

    rows: Sequence[InvoiceRow]
    totals: Totals
    years: Sequence[int]
    customer: Customer | None
    on: date


def view_invoice(actor: Actor, invoice_id: UUID) -> InvoicePage:
    """An issued invoice. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        invoice = invoices.get_issued(tx.session, invoice_id)
        permit(PERMISSIONS, actor, "invoice.view", invoice)
        customer = get_customer(tx.session, invoice.customer_id)
        is_staff = allows(PERMISSIONS, actor, "invoice.list")
        following = invoices.list_following(tx.session, invoice.id)
        left = invoices.left_of(tx.session, invoice.id) if is_staff else []
        return InvoicePage(
            invoice,
            read_content(invoice.content or {}),
            customer,
            tx.session.get_one(Receivable, (tx.tenant_id, invoice.id)),
            tx.session.get_one(InvoiceDocument, (tx.tenant_id, invoice.id)),
            invoices.lines_of(tx.session, invoice.id),
            invoices.get_invoice(tx.session, invoice.reference_id) if invoice.reference_id else None,
            [one for one in following if is_staff or one.state == "issued"],
            sum(line.total_cents for line in left),
            today(tx),
        )


def is_draft(actor: Actor, invoice_id: UUID) -> bool:
    """Whether the actor may see that this is still a draft."""
    with transaction(actor) as tx:
        if not allows(PERMISSIONS, actor, "draft.view"):
            return False
        return invoices.get_invoice(tx.session, invoice_id).state != "issued"


def list_invoices(actor: Actor, wanted: InvoiceFilter, page: int = 1) -> InvoiceList:
    """A page of everybody's invoices, the last issued first; as many queries for fifty as for one."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "invoice.list")
        on = today(tx)
        return InvoiceList(
            invoices.list_invoices(tx.session, wanted, on, page),
            invoices.totals(tx.session, wanted, on),
            invoices.list_years(tx.session),
            get_customer(tx.session, wanted.customer_id) if wanted.customer_id else None,
            on,
        )


def page_of_invoices(actor: Actor, after: UUID | None, limit: int) -> tuple[Sequence[InvoiceRow], UUID | None]:
    """One's issued invoices for programs; everybody's for the GRADeS; what the ARS pays for its people."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "invoice.view")
        everybody = allows(PERMISSIONS, actor, "invoice.list")
        funder = None if everybody else find_funder(tx.session)
        is_funder = funder is not None and allows(PERMISSIONS, actor, "invoice.view", funder)
        mine = None if everybody else list(actor.organisations)
        found = invoices.page_of_invoices(tx.session, mine, is_funder, after, limit + 1)
        shown = found[:limit]
        return shown, shown[-1][0].id if len(found) > limit else None
