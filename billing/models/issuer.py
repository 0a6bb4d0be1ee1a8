"""Who invoices, at which VAT, through which channels."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.rules.states import CHANNELS, CUSTOMER_STATUSES, SUBJECTS, VAT_CATEGORIES
from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key


class Issuer(OwnedByTenant, Base):
    """The GRADeS as it invoices: one row per tenant. Each issued invoice keeps a copy of what it said that day.

    `prefix` begins the numbers of its series. `terms` and `ladders` are by kind of customer: days to pay; reminders
    as dicts days (after the due date), tone. `accounts` are the account numbers of its plan. `public_accounting`: only
    its accounting officer handles its funds (GBCP), so that a payment provider needs a recorded agreement.
    `penalty_rate`, in basis points a year, lets a formal notice say what being late costs; else it says the rule.
    """

    __tablename__ = "issuer"
    __table_args__ = (
        CheckConstraint("recovery_cents >= 0", "recovery"),
        CheckConstraint("penalty_rate between 1 and 10000", "penalty_rate"),
    )

    name: Mapped[str]
    legal_form: Mapped[str] = mapped_column(default="")
    siret: Mapped[str] = mapped_column(default="")
    vat_number: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    town: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="FR")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    electronic_address: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(default="")
    bic: Mapped[str] = mapped_column(default="")
    prefix: Mapped[str]
    public_accounting: Mapped[bool] = mapped_column(default=True)
    accounting_officer: Mapped[str] = mapped_column(default="")
    vat_on_debits: Mapped[bool] = mapped_column(default=False)
    penalty_text: Mapped[str]
    discount_text: Mapped[str]
    penalty_rate: Mapped[int | None]
    recovery_cents: Mapped[int] = mapped_column(default=4000)
    mentions: Mapped[str] = mapped_column(default="")
    terms: Mapped[dict[str, Any]]
    ladders: Mapped[dict[str, Any]]
    accounts: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(INSTANT)


class VatRule(OwnedByTenant, Identified, Base):
    """The VAT of a service (or of every one), for a status of customer (or for every one), from a day on.

    The most precise rule wins: the service before the subject before everything, the status before every status; then
    the latest `starts_on`. `rate` is in basis points (2000 = 20 %). An exemption has its text (BT-120) and code
    (BT-121, list VATEX).
    """

    __tablename__ = "vat_rule"
    __table_args__ = (
        tenant_key("service_id", "service"),
        UniqueConstraint(
            "tenant_id", "service_id", "subject", "status", "starts_on", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint(one_of("subject", SUBJECTS), "subject"),
        CheckConstraint(one_of("status", CUSTOMER_STATUSES), "status"),
        CheckConstraint(one_of("category", VAT_CATEGORIES), "category"),
        CheckConstraint("rate between 0 and 10000 and (category = 'S') = (rate > 0)", "rate"),
        CheckConstraint("category not in ('E', 'O') or exemption_text <> ''", "exemption"),
    )

    service_id: Mapped[UUID | None]
    subject: Mapped[str | None]
    status: Mapped[str | None]
    starts_on: Mapped[date]
    category: Mapped[str]
    rate: Mapped[int]
    exemption_text: Mapped[str] = mapped_column(default="")
    exemption_code: Mapped[str] = mapped_column(default="")
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime] = mapped_column(INSTANT)


class ChannelAccount(OwnedByTenant, Base):
    """How this tenant reaches a portal of invoices. `settings` may be shown; `secrets` are sealed (kit.vault)."""

    __tablename__ = "channel_account"
    __table_args__ = (CheckConstraint(one_of("channel", CHANNELS), "channel"),)

    channel: Mapped[str] = mapped_column(primary_key=True)
    is_open: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    secrets: Mapped[str] = mapped_column(default="", info={"sealed": True})
    expires_on: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(INSTANT)
