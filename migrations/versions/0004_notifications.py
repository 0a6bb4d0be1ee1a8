"""Notices and their mails."""

import sqlalchemy as sa
from alembic import op

from kit.rls import protect

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)
CHECKS = {
    "state": "state in ('pending', 'sent', 'failed')",
    "due": "(state = 'pending') = (next_attempt_at is not null)",
    "sent": "(state = 'sent') = (sent_at is not null)",
    "failed": "state <> 'failed' or last_error is not null",
    "read": "read_at is null or user_id is not null",
    "one_line": "title !~ '[\\r\\n]' and email !~ '[\\r\\n]'",
}


def upgrade() -> None:
    """Make the table of notices, found by what is due, by what failed, and by reader."""
    op.create_table(
        "notification",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("user_account.id")),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text_body", sa.Text),
        sa.Column("html_body", sa.Text),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("sent_at", INSTANT),
        sa.Column("last_error", sa.Text),
        sa.UniqueConstraint("tenant_id", "key"),
        *(sa.CheckConstraint(condition, name=name) for name, condition in CHECKS.items()),
    )
    _index(["tenant_id", "next_attempt_at"], "state = 'pending'")
    _index(["tenant_id", "id"], "state = 'failed'")
    _index(["tenant_id", "user_id", "id"])
    protect(op.execute, "notification")


def _index(columns: list[str], where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(f"ix_notification_{'_'.join(columns)}", "notification", columns, postgresql_where=condition)
