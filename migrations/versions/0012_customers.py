"""Who invoices, who pays: issuers, VAT, customers, subscriptions."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import protect

revision = "0012"
down_revision = "0011"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "channel_account",
    "issuer",
    "adhesion_fee",
    "customer",
    "vat_rule",
    "subscription",
)


def upgrade() -> None:
    """Make the tables."""
    _make_channel_account()
    _make_issuer()
    _make_adhesion_fee()
    _make_customer()
    _make_vat_rule()
    _make_subscription()
    protect(op.execute, *TABLES)


def _make_channel_account() -> None:
    op.create_table(
        "channel_account",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("settings", JSONB, nullable=False),
        sa.Column("secrets", sa.Text, nullable=False),
        sa.Column("expires_on", sa.Date),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("channel in ('chorus_pro', 'platform', 'email', 'manual')", name="channel"),
        sa.PrimaryKeyConstraint("tenant_id", "channel"),
    )


def _make_issuer() -> None:
    op.create_table(
        "issuer",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("legal_form", sa.Text, nullable=False),
        sa.Column("siret", sa.Text, nullable=False),
        sa.Column("vat_number", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("postal_code", sa.Text, nullable=False),
        sa.Column("town", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("electronic_address", sa.Text, nullable=False),
        sa.Column("iban", sa.Text, nullable=False),
        sa.Column("bic", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("public_accounting", sa.Boolean, nullable=False),
        sa.Column("accounting_officer", sa.Text, nullable=False),
        sa.Column("vat_on_debits", sa.Boolean, nullable=False),
        sa.Column("penalty_text", sa.Text, nullable=False),
        sa.Column("discount_text", sa.Text, nullable=False),
        sa.Column("penalty_rate", sa.Integer),
        sa.Column("recovery_cents", sa.Integer, nullable=False),
        sa.Column("mentions", sa.Text, nullable=False),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("ladders", JSONB, nullable=False),
        sa.Column("accounts", JSONB, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("recovery_cents >= 0", name="recovery"),
        sa.CheckConstraint("penalty_rate between 1 and 10000", name="penalty_rate"),
        sa.PrimaryKeyConstraint("tenant_id"),
    )


def _make_adhesion_fee() -> None:
    op.create_table(
        "adhesion_fee",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("from_establishments", sa.Integer, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("proration", sa.Text, nullable=False),
        sa.Column("set_by", sa.Uuid),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name="amount"),
        sa.CheckConstraint("proration in ('none', 'month', 'day')", name="proration"),
        sa.CheckConstraint("from_establishments >= 0", name="threshold"),
        sa.ForeignKeyConstraint(["set_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "year", "from_establishments"),
    )


def _make_customer() -> None:
    op.create_table("customer", *_customer_columns(), *_customer_constraints())
    op.create_index("ix_customer_tenant_id_finess_ej", "customer", ["tenant_id", "finess_ej"])
    op.create_index("uq_customer_funder", "customer", ["tenant_id"], unique=True, postgresql_where=sa.text("is_funder"))


def _customer_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("finess_ej", sa.Text),
        sa.Column("is_funder", sa.Boolean, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("siret", sa.Text, nullable=False),
        sa.Column("vat_number", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("postal_code", sa.Text, nullable=False),
        sa.Column("town", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("electronic_address", sa.Text, nullable=False),
        sa.Column("service_code", sa.Text, nullable=False),
        sa.Column("requirement", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("terms_days", sa.Integer),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    ]


def _customer_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("channel in ('chorus_pro', 'platform', 'email', 'manual')", name="channel"),
        sa.CheckConstraint("is_funder <= (organisation_id is null)", name="funder"),
        sa.CheckConstraint("kind in ('public_health', 'public', 'private')", name="kind"),
        sa.CheckConstraint("requirement in ('none', 'service', 'engagement', 'both', 'either')", name="requirement"),
        sa.CheckConstraint("terms_days between 0 and 60", name="terms"),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.UniqueConstraint("tenant_id", "organisation_id"),
    ]


def _make_vat_rule() -> None:
    op.create_table(
        "vat_rule",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("service_id", sa.Uuid),
        sa.Column("subject", sa.Text),
        sa.Column("status", sa.Text),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("rate", sa.Integer, nullable=False),
        sa.Column("exemption_text", sa.Text, nullable=False),
        sa.Column("exemption_code", sa.Text, nullable=False),
        sa.Column("set_by", sa.Uuid),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.CheckConstraint("category in ('S', 'E', 'O', 'Z')", name="category"),
        sa.CheckConstraint("category not in ('E', 'O') or exemption_text <> ''", name="exemption"),
        sa.CheckConstraint("rate between 0 and 10000 and (category = 'S') = (rate > 0)", name="rate"),
        sa.CheckConstraint("status in ('member', 'other', 'funder')", name="status"),
        sa.CheckConstraint("subject in ('service', 'late_fee', 'subscription', 'adhesion', 'other')", name="subject"),
        sa.ForeignKeyConstraint(["set_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "service_id"], ["service.tenant_id", "service.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint(
            "tenant_id", "service_id", "subject", "status", "starts_on", postgresql_nulls_not_distinct=True
        ),
    )


def _make_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("service_id", sa.Uuid),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("period_cents", sa.BigInteger, nullable=False),
        sa.Column("proration", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date),
        sa.Column("billed_until", sa.Date),
        sa.Column("engagement_number", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("period_cents > 0", name="amount"),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.CheckConstraint("(state = 'ended') <= (ends_on is not null)", name="ended"),
        sa.CheckConstraint("period in ('month', 'quarter', 'year')", name="period"),
        sa.CheckConstraint("proration in ('none', 'month', 'day')", name="proration"),
        sa.CheckConstraint("state in ('active', 'ended')", name="state"),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "service_id"], ["service.tenant_id", "service.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_subscription_tenant_id_customer_id", "subscription", ["tenant_id", "customer_id"])
