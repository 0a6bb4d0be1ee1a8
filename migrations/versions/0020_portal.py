"""A portal says more of itself: its domain, logo, policies, legal pages; it is exported, suspended, deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import protect

revision = "0020"
down_revision = "0019"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add what every request reads to the tenant, and the two tables beside it."""
    for column in (
        sa.Column("domain", sa.Text),
        sa.Column("logo", sa.Text),
        sa.Column("second_factor_roles", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("idle_minutes", sa.Integer, nullable=False, server_default=sa.text("120")),
        sa.Column("step_up_minutes", sa.Integer, nullable=False, server_default=sa.text("15")),
        sa.Column("claim_proof", sa.Text, nullable=False, server_default=sa.text("'later'")),
        sa.Column("review_months", sa.Integer, nullable=False, server_default=sa.text("6")),
        sa.Column("accessibility_state", sa.Text, nullable=False, server_default="none"),
        sa.Column("suspended_at", INSTANT),
        sa.Column("suspension", sa.Text),
        sa.Column("delete_after", INSTANT),
    ):
        op.add_column("tenant", column)
    op.create_unique_constraint("uq_tenant_domain", "tenant", ["domain"])
    for name, rule in (
        ("idle_minutes", "idle_minutes between 15 and 720"),
        ("step_up_minutes", "step_up_minutes between 5 and 60"),
        ("review_months", "review_months between 1 and 12"),
        ("claim_proof", "claim_proof in ('later', 'before')"),
        ("domain", "domain ~ '^[a-z0-9.-]+$'"),
        ("accessibility_state", "accessibility_state in ('none', 'partial', 'full')"),
    ):
        op.create_check_constraint(name, "tenant", rule)
    _make_tenant_profile()
    _make_tenant_export()
    protect(op.execute, "tenant_profile", "tenant_export")


def _make_tenant_profile() -> None:
    op.create_table(
        "tenant_profile",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("departments", JSONB, nullable=False),
        sa.Column("letter_head", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("publication_director", sa.Text, nullable=False),
        sa.Column("host_name", sa.Text, nullable=False),
        sa.Column("host_address", sa.Text, nullable=False),
        sa.Column("host_phone", sa.Text, nullable=False),
        sa.Column("dpo_name", sa.Text, nullable=False),
        sa.Column("dpo_email", sa.Text, nullable=False),
        sa.Column("security_contact", sa.Text, nullable=False),
        sa.Column("accessibility_audited_on", sa.Date),
        sa.Column("accessibility_notes", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )


def _make_tenant_export() -> None:
    op.create_table(
        "tenant_export",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT),
        sa.Column("ready_at", INSTANT),
        sa.Column("expires_at", INSTANT),
        sa.Column("progress", sa.Integer, nullable=False),
        sa.Column("stored", sa.Text),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("sha256", sa.Text),
        sa.Column("held_until", INSTANT),
        sa.Column("fetched_at", INSTANT),
        sa.Column("error", sa.Text),
        sa.CheckConstraint("state <> 'failed' or error is not null", name="failed"),
        sa.CheckConstraint("state in ('asked', 'running', 'ready', 'failed', 'expired')", name="state"),
        sa.CheckConstraint("(state = 'ready') = (stored is not null)", name="stored"),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "ix_tenant_export_tenant_id",
        "tenant_export",
        ["tenant_id"],
        postgresql_where=sa.text("state in ('asked', 'running')"),
    )
