"""Organisations: how an account was proved, who asks to join, who still belongs; a role for invoices."""

import sqlalchemy as sa
from alembic import op

from kit.rls import protect

revision = "0021"
down_revision = "0020"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the proof of an account and its reviews, and the two tables."""
    op.add_column("organisation", sa.Column("proof", sa.Text, nullable=False, server_default="declaration"))
    op.add_column("organisation", sa.Column("confirmed_at", INSTANT))
    # Providers were chosen by the GRADeS.
    op.execute("update organisation set proof = 'grades', confirmed_at = created_at where kind = 'provider'")
    op.create_check_constraint(
        "proof", "organisation", "proof in ('declaration', 'proconnect', 'psc', 'invitation', 'request', 'grades')"
    )
    op.create_index(
        "ix_organisation_tenant_id_created_at",
        "organisation",
        ["tenant_id", "created_at"],
        postgresql_where=sa.text("confirmed_at is null"),
    )
    op.add_column("organisation_member", sa.Column("reviewed_at", INSTANT))
    op.drop_constraint(op.f("ck_organisation_member_role"), "organisation_member")
    op.create_check_constraint("role", "organisation_member", "role in ('owner', 'editor', 'billing', 'reader')")
    _make_account_review()
    _make_organisation_claim()
    protect(op.execute, "organisation_claim", "account_review")


def _make_account_review() -> None:
    op.create_table(
        "account_review",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("closed_by", sa.Uuid),
        sa.Column("kept", sa.Integer),
        sa.Column("removed", sa.Integer),
        sa.CheckConstraint("(closed_at is null) = (kept is null)", name="closed"),
        sa.ForeignKeyConstraint(["closed_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "ux_account_review_open",
        "account_review",
        ["tenant_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
        postgresql_nulls_not_distinct=True,
    )


def _make_organisation_claim() -> None:
    op.create_table(
        "organisation_claim",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("finess_ej", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("function", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("siret", sa.Text),
        sa.Column("file_stored", sa.Text),
        sa.Column("file_name", sa.Text),
        sa.Column("file_type", sa.Text),
        sa.Column("file_bytes", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decision", sa.Text, nullable=False),
        sa.CheckConstraint("(state = 'asked') = (decided_at is null)", name="decided"),
        sa.CheckConstraint("num_nulls(file_stored, file_name, file_type, file_bytes) in (0, 4)", name="file"),
        sa.CheckConstraint("role in ('owner', 'editor', 'billing', 'reader')", name="role"),
        sa.CheckConstraint("state in ('asked', 'accepted', 'refused', 'withdrawn')", name="state"),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_organisation_claim_tenant_id_state_id", "organisation_claim", ["tenant_id", "state", "id"])
    op.create_index(
        "ux_organisation_claim_asked",
        "organisation_claim",
        ["tenant_id", "finess_ej", "user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )
