"""Incidents of the service, which the status page of a portal shows to everybody, and what was said of each."""

import sqlalchemy as sa
from alembic import op

from kit.rls import protect

revision = "0027"
down_revision = "0026"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "incident",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("impact", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT),
        sa.Column("resolved_at", INSTANT),
        sa.CheckConstraint("impact in ('down', 'slow', 'planned', 'notice')", name="impact"),
        sa.CheckConstraint("state in ('open', 'over')", name="state"),
        sa.CheckConstraint("(state = 'over') = (resolved_at is not null)", name="over"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_incident_tenant_id_began_at", "incident", ["tenant_id", "began_at"])
    op.create_table(
        "incident_update",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("incident_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "incident_id"], ["incident.tenant_id", "incident.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "incident_id", "number"),
    )
    protect(op.execute, "incident", "incident_update")
