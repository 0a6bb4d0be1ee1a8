"""The accounts: double entry, append-only, numbered without gap. What the FEC exports."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.rules.states import JOURNALS
from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, one_of, tenant_key


class JournalSeries(OwnedByTenant, Base):
    """The numbers of a year's entries, all journals together: EcritureNum."""

    __tablename__ = "journal_series"

    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)


class JournalEntry(OwnedByTenant, Identified, Base):
    """An entry (écriture), validated the moment it is written; at commit it has its `lines`, that sum to zero.

    `piece` is the supporting document's number, `subject` what it is (invoice, matching, payout…) with `subject_id`.
    `about_id` is the invoice, payment or matching that its lines are of, when the subject is something done to it
    (its recognition, its undoing); else the subject itself. Lettering follows it.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "year", "number"),
        UniqueConstraint("tenant_id", "subject", "subject_id"),
        CheckConstraint(one_of("journal", JOURNALS), "journal"),
        CheckConstraint("extract(year from entered_on) = year", "year"),
        CheckConstraint("lines >= 2", "lines"),
        Index(None, "tenant_id", "about_id"),
    )

    year: Mapped[int]
    number: Mapped[int]
    journal: Mapped[str]
    entered_on: Mapped[date]
    piece: Mapped[str]
    piece_on: Mapped[date]
    wording: Mapped[str]
    lines: Mapped[int]
    subject: Mapped[str]
    subject_id: Mapped[UUID]
    about_id: Mapped[UUID]
    validated_at: Mapped[datetime] = mapped_column(INSTANT)


class JournalLine(OwnedByTenant, Base):
    """A line of an entry: so many cents on one side of one account. `customer_id` is its auxiliary account."""

    __tablename__ = "journal_line"
    __table_args__ = (
        tenant_key("entry_id", "journal_entry"),
        tenant_key("customer_id", "customer"),
        CheckConstraint("debit_cents >= 0 and credit_cents >= 0 and (debit_cents = 0) <> (credit_cents = 0)", "side"),
        Index(None, "tenant_id", "customer_id"),
    )

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    account_label: Mapped[str]
    customer_id: Mapped[UUID | None]
    debit_cents: Mapped[Cents]
    credit_cents: Mapped[Cents]
