"""The ground: outbox, ledger, deadlines, audit, pulse."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import RELAY_ROLE, protect, share

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the machinery's tables."""
    _make_outbox_message()
    _make_delivery()
    _make_deadline()
    _make_audit_line()
    _make_pulse()
    protect(op.execute, "outbox_message", "delivery", "deadline", "audit_line")
    # What was written in the audit log stays: the application may add and read, never change or remove.
    op.execute("revoke update, delete on audit_line from crrc_app")
    share(op.execute, "pulse")
    # The relay sees the whole outbox, and nothing else of anybody.
    op.execute(f"create policy relay on outbox_message to {RELAY_ROLE} using (true)")
    op.execute(f"grant select, update on outbox_message to {RELAY_ROLE}")
    # /readyz compares the database's version with the code's.
    op.execute("grant select on alembic_version to crrc_app")


def _make_outbox_message() -> None:
    op.create_table(
        "outbox_message",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("emitted_at", INSTANT, nullable=False),
        sa.Column("relay_after", INSTANT, nullable=False),
        sa.Column("relays", sa.Integer, nullable=False),
        sa.Column("settled_at", INSTANT),
    )
    op.create_index(
        "ix_outbox_message_relay_after",
        "outbox_message",
        ["relay_after"],
        postgresql_where=sa.text("settled_at is null"),
    )


def _make_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("message_id", sa.Uuid, primary_key=True),
        sa.Column("listener", sa.Text, primary_key=True),
        sa.Column("done_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "message_id"], ["outbox_message.tenant_id", "outbox_message.id"]),
    )


def _make_deadline() -> None:
    op.create_table(
        "deadline",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "topic", "subject_id", "key"),
    )
    op.create_index(
        "ix_deadline_tenant_id_due_at", "deadline", ["tenant_id", "due_at"], postgresql_where=sa.text("done_at is null")
    )


def _make_audit_line() -> None:
    op.create_table(
        "audit_line",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text),
        sa.Column("facts", JSONB, nullable=False),
    )
    op.create_index("ix_audit_line_tenant_id_subject_id_id", "audit_line", ["tenant_id", "subject_id", "id"])


def _make_pulse() -> None:
    op.create_table(
        "pulse",
        sa.Column("process", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.Column("facts", JSONB, nullable=False),
    )
