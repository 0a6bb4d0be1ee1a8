"""Online payment (Stripe), per tenant: the account, the checkouts, the events received, the payouts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.rules.states import CHECKOUT, ONLINE_REFUND, PAYOUT, TAKEN_KINDS
from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, Platform, one_of, tenant_key


class PaymentAccount(OwnedByTenant, Base):
    """The tenant's own account at the payment provider, off until somebody opens it.

    `mode`: `connected` (the platform's key, this account) or `own_key` (a restricted key of the tenant). Secrets are
    sealed (kit.vault). Under public accounting, `mandate_reference` and `mandate_on` record the agreement that lets a
    third party handle public money (décret 2016-544).
    """

    __tablename__ = "payment_account"
    __table_args__ = (
        CheckConstraint("mode in ('connected', 'own_key')", "mode"),
        CheckConstraint("not is_open or account_id <> ''", "account"),
    )

    mode: Mapped[str]
    account_id: Mapped[str] = mapped_column(default="")
    secret_key: Mapped[str] = mapped_column(default="", info={"sealed": True})
    webhook_secret: Mapped[str] = mapped_column(default="", info={"sealed": True})
    methods: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    mandate_reference: Mapped[str] = mapped_column(default="")
    mandate_on: Mapped[date | None]
    is_open: Mapped[bool] = mapped_column(default=False)
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime] = mapped_column(INSTANT)


class ConnectedAccount(Platform, Base):
    """Which tenant an account of the provider belongs to: an account has one tenant, for ever."""

    __tablename__ = "connected_account"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))


class Checkout(OwnedByTenant, Identified, Base):
    """One attempt of a customer to pay one invoice online. At most one is under way for an invoice.

    `session_id` and `payment_intent_id` are the provider's names; `refunded_cents` and `fee_cents` what it told.
    `revision` counts what was read of it at the provider's and applied: an older reading never undoes a newer one.
    At `next_read_at` it is read again, whether or not an event came.
    """

    __tablename__ = "checkout"
    __table_args__ = (
        tenant_key("invoice_id", "invoice"),
        tenant_key("organisation_id", "organisation"),
        UniqueConstraint("tenant_id", "invoice_id", "attempt"),
        UniqueConstraint("tenant_id", "session_id"),
        Index("ix_checkout_payment_intent", "tenant_id", "payment_intent_id"),
        Index(
            "uq_checkout_under_way",
            "tenant_id",
            "invoice_id",
            unique=True,
            postgresql_where=text("state in ('created', 'open', 'pending')"),
        ),
        Index("ix_checkout_due", "tenant_id", "next_read_at", postgresql_where=text("next_read_at is not null")),
        CheckConstraint(one_of("state", CHECKOUT.states), "state"),
        CheckConstraint("amount_cents > 0 and refunded_cents between 0 and amount_cents", "amount"),
    )

    invoice_id: Mapped[UUID]
    organisation_id: Mapped[UUID | None]
    attempt: Mapped[int]
    state: Mapped[str] = mapped_column(default=CHECKOUT.initial)
    account_id: Mapped[str]
    amount_cents: Mapped[Cents]
    refunded_cents: Mapped[Cents] = mapped_column(default=0)
    fee_cents: Mapped[Cents | None]
    session_id: Mapped[str | None]
    session_url: Mapped[str] = mapped_column(default="")
    payment_intent_id: Mapped[str | None]
    method: Mapped[str] = mapped_column(default="")
    last_error: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=0)
    next_read_at: Mapped[datetime | None] = mapped_column(INSTANT)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT)


class OnlineRefund(OwnedByTenant, Identified, Base):
    """Money of a checkout that goes back: a refund (asked here, or made at the provider's) or a payer's dispute.

    A refund asked here is written before anything is sent: `external_id` is the provider's name once it has one.
    `matching_id` is the matching that gave the money back. A dispute is to be answered before `answer_by`.
    """

    __tablename__ = "online_refund"
    __table_args__ = (
        tenant_key("checkout_id", "checkout"),
        tenant_key("matching_id", "matching"),
        UniqueConstraint("tenant_id", "external_id"),
        Index(None, "tenant_id", "checkout_id"),
        Index("ix_online_refund_due", "tenant_id", "next_attempt_at", postgresql_where=text("state = 'asked'")),
        CheckConstraint(one_of("kind", TAKEN_KINDS), "kind"),
        CheckConstraint(one_of("state", ONLINE_REFUND.states), "state"),
        CheckConstraint("amount_cents > 0", "amount"),
        CheckConstraint("state = 'asked' or state = 'failed' or external_id is not null", "sent"),
    )

    checkout_id: Mapped[UUID]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=ONLINE_REFUND.initial)
    amount_cents: Mapped[Cents]
    reason: Mapped[str]
    external_id: Mapped[str | None]
    matching_id: Mapped[UUID | None]
    answer_by: Mapped[datetime | None] = mapped_column(INSTANT)
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(INSTANT)
    last_error: Mapped[str] = mapped_column(default="")


class PaymentEvent(OwnedByTenant, Identified, Base):
    """What the provider told us, stored once (`external_id`) before anything is done; `processed_at` when it was.

    It is a bell: the object it names (`object_id`) is read again at the provider's, so that order does not matter.
    """

    __tablename__ = "payment_event"
    __table_args__ = (
        UniqueConstraint("tenant_id", "external_id"),
        Index("ix_payment_event_due", "tenant_id", "next_attempt_at", postgresql_where=text("processed_at is null")),
    )

    external_id: Mapped[str]
    account_id: Mapped[str]
    type: Mapped[str]
    object_id: Mapped[str]
    said_at: Mapped[datetime] = mapped_column(INSTANT)
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(INSTANT)
    processed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    outcome: Mapped[str] = mapped_column(default="")


class Payout(OwnedByTenant, Identified, Base):
    """What the provider paid to the bank account: payments less refunds, disputes, fees; and its bank line."""

    __tablename__ = "payout"
    __table_args__ = (
        tenant_key("bank_line_id", "bank_line"),
        UniqueConstraint("tenant_id", "external_id"),
        CheckConstraint("gross_cents - fee_cents = amount_cents", "amount"),
        CheckConstraint(one_of("state", PAYOUT.states), "state"),
    )

    external_id: Mapped[str]
    account_id: Mapped[str]
    arrives_on: Mapped[date]
    gross_cents: Mapped[Cents]
    fee_cents: Mapped[Cents]
    amount_cents: Mapped[Cents]
    state: Mapped[str] = mapped_column(default=PAYOUT.initial)
    bank_line_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(INSTANT)
