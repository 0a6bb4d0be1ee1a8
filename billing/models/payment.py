"""Money: what is owed, what came, which pays which; the bank's statements."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.rules.states import MATCHING_KINDS, PAYMENT_KINDS, RECEIVABLE
from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, one_of, tenant_key


class Receivable(OwnedByTenant, Base):
    """What is still open of an issued invoice (to be paid) or credit note (to be used). One row each.

    `open_cents` is kept by the trigger on `matching`: never by the application. `contest_motive` is the last contest's,
    `contest_answer` what the GRADeS answered to it.
    """

    __tablename__ = "receivable"
    __table_args__ = (
        tenant_key("id", "invoice"),
        tenant_key("customer_id", "customer"),
        tenant_key("organisation_id", "organisation"),
        CheckConstraint(one_of("state", RECEIVABLE.states), "state"),
        CheckConstraint("open_cents between 0 and total_cents", "open"),
        CheckConstraint("(state = 'contested') = (contested_at is not null)", "contested"),
        Index(None, "tenant_id", "customer_id", "due_on"),
        Index("ix_receivable_open", "tenant_id", "due_on", postgresql_where=text("open_cents > 0")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-9)
    customer_id: Mapped[UUID]
    organisation_id: Mapped[UUID | None]
    is_funder: Mapped[bool] = mapped_column(default=False)
    is_credit: Mapped[bool]
    due_on: Mapped[date]
    total_cents: Mapped[Cents]
    open_cents: Mapped[Cents]
    state: Mapped[str] = mapped_column(default=RECEIVABLE.initial)
    contested_at: Mapped[datetime | None] = mapped_column(INSTANT)
    contest_motive: Mapped[str] = mapped_column(default="")
    contest_answer: Mapped[str] = mapped_column(default="")


class BankStatement(OwnedByTenant, Identified, Base):
    """A file of the bank (camt.053 or CSV), imported once: its SHA-256 is unique.

    `lines` movements, that add up to `movements_cents`; `known` of them came with an earlier file.
    """

    __tablename__ = "bank_statement"
    __table_args__ = (UniqueConstraint("tenant_id", "sha256"), CheckConstraint("lines >= 0 and known >= 0", "lines"))

    file_name: Mapped[str]
    format: Mapped[str]
    sha256: Mapped[str]
    iban: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    opening_cents: Mapped[Cents | None]
    closing_cents: Mapped[Cents | None]
    movements_cents: Mapped[Cents]
    lines: Mapped[int]
    known: Mapped[int]
    imported_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    imported_at: Mapped[datetime] = mapped_column(INSTANT)


class BankLine(OwnedByTenant, Identified, Base):
    """A movement of the account, in (above zero) or out. `fingerprint` tells it apart in overlapping files."""

    __tablename__ = "bank_line"
    __table_args__ = (
        tenant_key("statement_id", "bank_statement"),
        UniqueConstraint("tenant_id", "fingerprint"),
        CheckConstraint("amount_cents <> 0", "amount"),
        Index(None, "tenant_id", "statement_id", "position"),
    )

    statement_id: Mapped[UUID]
    position: Mapped[int]
    fingerprint: Mapped[str]
    booked_on: Mapped[date]
    amount_cents: Mapped[Cents]
    counterpart: Mapped[str] = mapped_column(default="")
    counterpart_iban: Mapped[str] = mapped_column(default="")
    wording: Mapped[str] = mapped_column(default="")


class Payment(OwnedByTenant, Identified, Base):
    """Money received. Its amount never changes; `open_cents` is what no invoice has used yet (kept by the trigger).

    `customer_id` is empty until somebody is recognised. A payment of the provider names its `checkout_id`.
    """

    __tablename__ = "payment"
    __table_args__ = (
        tenant_key("customer_id", "customer"),
        tenant_key("bank_line_id", "bank_line"),
        tenant_key("checkout_id", "checkout"),
        UniqueConstraint("tenant_id", "bank_line_id"),
        UniqueConstraint("tenant_id", "checkout_id"),
        CheckConstraint(one_of("kind", PAYMENT_KINDS), "kind"),
        CheckConstraint("amount_cents > 0", "amount"),
        CheckConstraint("open_cents between 0 and amount_cents", "open"),
        Index(None, "tenant_id", "customer_id"),
        Index("ix_payment_open", "tenant_id", "received_on", postgresql_where=text("open_cents > 0")),
    )

    kind: Mapped[str]
    customer_id: Mapped[UUID | None]
    bank_line_id: Mapped[UUID | None]
    checkout_id: Mapped[UUID | None]
    received_on: Mapped[date]
    amount_cents: Mapped[Cents]
    open_cents: Mapped[Cents]
    reference: Mapped[str] = mapped_column(default="")
    payer: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(INSTANT)


class Matching(OwnedByTenant, Identified, Base):
    """So much of a payment (or of a credit note, or of nothing: a write-off) settles an invoice, and why we think so.

    A `refund` gives back so much of a payment or of a credit note: it settles no invoice. Undone, never removed.
    """

    __tablename__ = "matching"
    __table_args__ = (
        tenant_key("invoice_id", "receivable"),
        tenant_key("payment_id", "payment"),
        tenant_key("credit_note_id", "receivable"),
        CheckConstraint(one_of("kind", MATCHING_KINDS), "kind"),
        CheckConstraint("amount_cents > 0", "amount"),
        CheckConstraint(
            "case kind "
            "when 'payment' then invoice_id is not null and payment_id is not null and credit_note_id is null "
            "when 'credit_note' then invoice_id is not null and payment_id is null and credit_note_id is not null "
            "when 'write_off' then invoice_id is not null and payment_id is null and credit_note_id is null "
            "else invoice_id is null and num_nonnulls(payment_id, credit_note_id) = 1 end",
            "sides",
        ),
        CheckConstraint("reason <> ''", "reason"),
        Index(None, "tenant_id", "invoice_id"),
        Index(None, "tenant_id", "payment_id"),
        Index(None, "tenant_id", "credit_note_id"),
        # What was open on a day long past is today's, and what moved since.
        Index(None, "tenant_id", "matched_on"),
        Index("ix_matching_undone", "tenant_id", "undone_at", postgresql_where=text("undone_at is not null")),
    )

    kind: Mapped[str]
    invoice_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]
    credit_note_id: Mapped[UUID | None]
    amount_cents: Mapped[Cents]
    reason: Mapped[str]
    automatic: Mapped[bool] = mapped_column(default=False)
    matched_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    matched_on: Mapped[date]
    matched_at: Mapped[datetime] = mapped_column(INSTANT)
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(INSTANT)
