"""The tables of online payment (Stripe), as 0014 makes them, each where its foreign keys allow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

INSTANT = sa.DateTime(timezone=True)


def make_payment_event() -> None:
    """Events, stored once."""
    op.create_table(
        "payment_event",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("object_id", sa.Text, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("processed_at", INSTANT),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "external_id"),
    )
    op.create_index(
        "ix_payment_event_due",
        "payment_event",
        ["tenant_id", "next_attempt_at"],
        postgresql_where=sa.text("processed_at is null"),
    )


def make_connected_account() -> None:
    """Whose an account is."""
    op.create_table(
        "connected_account",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("account_id"),
    )


def make_payment_account() -> None:
    """The tenant’s own account."""
    op.create_table(
        "payment_account",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("secret_key", sa.Text, nullable=False),
        sa.Column("webhook_secret", sa.Text, nullable=False),
        sa.Column("methods", JSONB, nullable=False),
        sa.Column("mandate_reference", sa.Text, nullable=False),
        sa.Column("mandate_on", sa.Date),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.Uuid),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("not is_open or account_id <> ''", name="account"),
        sa.CheckConstraint("mode in ('connected', 'own_key')", name="mode"),
        sa.ForeignKeyConstraint(["changed_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id"),
    )


def make_checkout() -> None:
    """Attempts to pay an invoice."""
    op.create_table(
        "checkout",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("invoice_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("refunded_cents", sa.BigInteger, nullable=False),
        sa.Column("fee_cents", sa.BigInteger),
        sa.Column("session_id", sa.Text),
        sa.Column("session_url", sa.Text, nullable=False),
        sa.Column("payment_intent_id", sa.Text),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("next_read_at", INSTANT),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
        *_checkout_laws(),
    )
    op.create_index("ix_checkout_payment_intent", "checkout", ["tenant_id", "payment_intent_id"])
    op.create_index(
        "ix_checkout_due",
        "checkout",
        ["tenant_id", "next_read_at"],
        postgresql_where=sa.text("next_read_at is not null"),
    )
    op.create_index(
        "uq_checkout_under_way",
        "checkout",
        ["tenant_id", "invoice_id"],
        unique=True,
        postgresql_where=sa.text("state in ('created', 'open', 'pending')"),
    )


def _checkout_laws() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("amount_cents > 0 and refunded_cents between 0 and amount_cents", name="amount"),
        sa.CheckConstraint(
            "state in ('created', 'open', 'pending', 'expired', 'failed', 'paid', 'disputed', 'lost', 'refunded')",
            name="state",
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "invoice_id"], ["invoice.tenant_id", "invoice.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "invoice_id", "attempt"),
        sa.UniqueConstraint("tenant_id", "session_id"),
    )


def make_payout() -> None:
    """What was paid to the bank; after bank_line."""
    op.create_table(
        "payout",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("arrives_on", sa.Date, nullable=False),
        sa.Column("gross_cents", sa.BigInteger, nullable=False),
        sa.Column("fee_cents", sa.BigInteger, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("bank_line_id", sa.Uuid),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("gross_cents - fee_cents = amount_cents", name="amount"),
        sa.CheckConstraint("state in ('pending', 'in_transit', 'paid', 'failed', 'canceled')", name="state"),
        sa.ForeignKeyConstraint(["tenant_id", "bank_line_id"], ["bank_line.tenant_id", "bank_line.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "external_id"),
    )


def make_online_refund() -> None:
    """What goes back of a checkout; after matching."""
    op.create_table(
        "online_refund",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("checkout_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text),
        sa.Column("matching_id", sa.Uuid),
        sa.Column("answer_by", INSTANT),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name="amount"),
        sa.CheckConstraint("kind in ('refund', 'dispute')", name="kind"),
        sa.CheckConstraint("state = 'asked' or state = 'failed' or external_id is not null", name="sent"),
        sa.CheckConstraint("state in ('asked', 'sent', 'applied', 'failed')", name="state"),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "checkout_id"], ["checkout.tenant_id", "checkout.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "matching_id"], ["matching.tenant_id", "matching.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "external_id"),
    )
    op.create_index("ix_online_refund_tenant_id_checkout_id", "online_refund", ["tenant_id", "checkout_id"])
    op.create_index(
        "ix_online_refund_due",
        "online_refund",
        ["tenant_id", "next_attempt_at"],
        postgresql_where=sa.text("state = 'asked'"),
    )
