"""Backups: what was kept, when, and which restore drills were made of it."""

import sqlalchemy as sa
from alembic import op

from kit.rls import APP_ROLE, share

revision = "0028"
down_revision = "0027"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table; a line of it is written once."""
    op.create_table(
        "backup_run",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sort", sa.Text, nullable=False),
        sa.Column("set_name", sa.Text, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("faults", sa.Integer, nullable=False),
        sa.CheckConstraint("sort in ('backup', 'verify', 'drill')", "sort"),
    )
    op.create_index("ix_backup_run_sort_finished_at", "backup_run", ["sort", "finished_at"])
    share(op.execute, "backup_run")
    op.execute(f"revoke update, delete on backup_run from {APP_ROLE}")
