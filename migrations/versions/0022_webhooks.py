"""Outgoing webhooks: the addresses that are told, and each piece of news on its way there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import protect

revision = "0022"
down_revision = "0021"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the two tables; an index to read the outbox by the hour."""
    _make_webhook_endpoint()
    _make_webhook_delivery()
    protect(op.execute, "webhook_endpoint", "webhook_delivery")
    op.create_index("ix_outbox_message_tenant_id_emitted_at", "outbox_message", ["tenant_id", "emitted_at"])


def _make_webhook_endpoint() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("topics", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("pause_reason", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("previous_secret", sa.Text, nullable=False),
        sa.Column("previous_until", INSTANT),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("retry_at", INSTANT),
        sa.Column("failing_since", INSTANT),
        sa.Column("leased_until", INSTANT),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint("state in ('active', 'paused', 'removed')", name="state"),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )


def _make_webhook_delivery() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("endpoint_id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("emitted_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tried_at", INSTANT),
        sa.Column("status", sa.Integer),
        sa.Column("milliseconds", sa.Integer),
        sa.Column("fault", sa.Text, nullable=False),
        sa.Column("delivered_at", INSTANT),
        sa.CheckConstraint("(state = 'delivered') = (delivered_at is not null)", name="delivered_at"),
        sa.CheckConstraint("state in ('due', 'delivered', 'failed', 'skipped')", name="state"),
        sa.ForeignKeyConstraint(["tenant_id", "endpoint_id"], ["webhook_endpoint.tenant_id", "webhook_endpoint.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "endpoint_id", "message_id"),
    )
    op.create_index(
        "ix_webhook_delivery_tenant_id_endpoint_id_message_id",
        "webhook_delivery",
        ["tenant_id", "endpoint_id", "message_id"],
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(
        "ix_webhook_delivery_tenant_id_endpoint_id",
        "webhook_delivery",
        ["tenant_id", "endpoint_id"],
        postgresql_where=sa.text("state = 'due' and topic = 'webhook.test'"),
    )
