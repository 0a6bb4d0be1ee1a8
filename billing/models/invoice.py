"""Invoices and credit notes, from draft to document. Once issued they are frozen by the database itself."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.rules.states import INVOICE, INVOICE_KINDS, SHARES, SOURCES, SUBJECTS, VAT_CATEGORIES
from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, one_of, tenant_key


class InvoiceSeries(OwnedByTenant, Base):
    """The numbers of a year: `last_number` only ever grows by one, with the invoice that takes it (triggers)."""

    __tablename__ = "invoice_series"
    __table_args__ = (CheckConstraint("last_number >= 0", "last_number"),)

    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)
    last_issued_on: Mapped[date | None]


class IssueRun(OwnedByTenant, Identified, Base):
    """Drafts that were sent to be issued together. How far it went is read on its invoices; `total` is how many."""

    __tablename__ = "issue_run"
    __table_args__ = (CheckConstraint("total > 0", "total"),)

    total: Mapped[int]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(INSTANT)


class Invoice(OwnedByTenant, Identified, Base):
    """An invoice, a corrected invoice or a credit note (amounts are positive in all three).

    Amounts are the sums of its lines. `content` is billing.rules.content.Content as JSON, written at the issue: the
    document is made from it alone. `organisation_id` and `is_funder` are those of its customer: who may read it.
    `reference_id` is the invoice that this one credits or replaces. `findings` say why an issue was refused.
    `payment_reference` is an ISO 11649 reference.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        tenant_key("customer_id", "customer"),
        tenant_key("organisation_id", "organisation"),
        tenant_key("reference_id", "invoice"),
        tenant_key("run_id", "issue_run"),
        UniqueConstraint("tenant_id", "series_year", "series_number"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint(one_of("kind", INVOICE_KINDS), "kind"),
        CheckConstraint(one_of("state", INVOICE.states), "state"),
        CheckConstraint("net_cents + vat_cents = total_cents and total_cents >= 0", "total"),
        CheckConstraint("(kind = 'invoice') = (reference_id is null)", "reference"),
        CheckConstraint(
            "(state = 'issued') = (number is not null and series_year is not null and series_number is not null "
            "and issued_at is not null and issued_on is not null and content is not null)",
            "issued",
        ),
        CheckConstraint("state <> 'issued' or extract(year from issued_on) = series_year", "year"),
        Index(None, "tenant_id", "state", "id"),
        Index(None, "tenant_id", "customer_id", "id"),
        Index(None, "tenant_id", "organisation_id", "id"),
        Index(None, "tenant_id", "reference_id"),
        Index(None, "tenant_id", "run_id"),
    )

    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=INVOICE.initial)
    customer_id: Mapped[UUID]
    organisation_id: Mapped[UUID | None]
    is_funder: Mapped[bool] = mapped_column(default=False)
    reference_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(default="")
    engagement_number: Mapped[str] = mapped_column(default="")
    service_code: Mapped[str] = mapped_column(default="")
    purchaser_reference: Mapped[str] = mapped_column(default="")
    period_starts_on: Mapped[date | None]
    period_ends_on: Mapped[date | None]
    delivered_on: Mapped[date | None]
    net_cents: Mapped[Cents] = mapped_column(default=0)
    vat_cents: Mapped[Cents] = mapped_column(default=0)
    total_cents: Mapped[Cents] = mapped_column(default=0)
    findings: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    run_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    revision: Mapped[int] = mapped_column(default=1)
    number: Mapped[str | None]
    series_year: Mapped[int | None]
    series_number: Mapped[int | None]
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    issued_at: Mapped[datetime | None] = mapped_column(INSTANT)
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    payment_reference: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any] | None]


class InvoiceLine(OwnedByTenant, Identified, Base):
    """A line. What it comes from is invoiced once: (source, source_key, share) is unique where nothing is credited.

    `net_cents + vat_cents = total_cents`; the total is what the customer agreed to, VAT is inside it. Without
    `vat_category` the VAT is not known yet: the line cannot be issued. `rate` in basis points.
    """

    __tablename__ = "invoice_line"
    __table_args__ = (
        tenant_key("invoice_id", "invoice"),
        tenant_key("credits_id", "invoice_line"),
        tenant_key("order_id", "purchase_order"),
        tenant_key("service_id", "service"),
        tenant_key("campaign_id", "campaign"),
        CheckConstraint(one_of("subject", SUBJECTS), "subject"),
        CheckConstraint(one_of("source", SOURCES), "source"),
        CheckConstraint(one_of("share", SHARES), "share"),
        CheckConstraint(one_of("vat_category", VAT_CATEGORIES), "vat_category"),
        CheckConstraint("net_cents + vat_cents = total_cents and total_cents >= 0 and vat_cents >= 0", "total"),
        CheckConstraint("quantity > 0 and quantity * unit_cents = net_cents", "quantity"),
        Index(
            "uq_invoice_line_source",
            "tenant_id",
            "source",
            "source_key",
            "share",
            unique=True,
            postgresql_where=text("credits_id is null"),
        ),
        Index(None, "tenant_id", "invoice_id", "position"),
        Index(None, "tenant_id", "order_id"),
        Index(None, "tenant_id", "credits_id"),
    )

    invoice_id: Mapped[UUID]
    position: Mapped[int]
    subject: Mapped[str]
    source: Mapped[str]
    source_key: Mapped[str]
    share: Mapped[str]
    credits_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    service_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    designation: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int] = mapped_column(default=1)
    unit_code: Mapped[str] = mapped_column(default="C62")
    unit_cents: Mapped[Cents]
    net_cents: Mapped[Cents]
    vat_cents: Mapped[Cents]
    total_cents: Mapped[Cents]
    vat_category: Mapped[str | None]
    rate: Mapped[int] = mapped_column(default=0)
    exemption_text: Mapped[str] = mapped_column(default="")
    exemption_code: Mapped[str] = mapped_column(default="")
    period_starts_on: Mapped[date | None]
    period_ends_on: Mapped[date | None]


class InvoiceDocument(OwnedByTenant, Base):
    """The Factur-X of an issued invoice, to be made (`next_attempt_at`) until it is in the storage, under its SHA-256.

    Written with the issue, filled once: a document that is made never changes (a trigger).
    """

    __tablename__ = "invoice_document"
    __table_args__ = (
        tenant_key("invoice_id", "invoice"),
        CheckConstraint("(made_at is null) = (sha256 is null)", "made"),
        CheckConstraint("num_nulls(made_at, sha256, size, xml_sha256) in (0, 4)", "whole"),
        Index("ix_invoice_document_due", "tenant_id", "next_attempt_at", postgresql_where=text("made_at is null")),
    )

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str | None]
    size: Mapped[int | None]
    xml_sha256: Mapped[str | None]
    made_at: Mapped[datetime | None] = mapped_column(INSTANT)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(default="")
    next_attempt_at: Mapped[datetime] = mapped_column(INSTANT)
