"""Tenants and people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import protect, share

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)
PLATFORM = ("tenant", "user_account", "membership", "sign_in_link", "session", "api_token")
OWNED = ("organisation", "organisation_member", "adhesion", "entity_attribute")


def upgrade() -> None:
    """Make the tables of people and places."""
    _make_platform()
    _make_owned()
    _make_access()
    share(op.execute, *PLATFORM)
    protect(op.execute, *OWNED)


def _make_platform() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("slug", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("ars", sa.Text, nullable=False),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("colour", sa.Text, nullable=False),
        sa.Column("contact_email", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_norm", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_table(
        "membership",
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("user_account.id"), primary_key=True),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("tenant.id"), primary_key=True),
        sa.Column("role", sa.Text, primary_key=True),
        sa.CheckConstraint("role in ('ars_manager', 'ars_instructor', 'grades_manager')", name="role"),
    )
    op.create_index("ix_membership_tenant_id_role", "membership", ["tenant_id", "role"])


def _make_access() -> None:
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("tenant.id"), nullable=False),
        sa.Column("next_path", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
    )
    op.create_index("ix_sign_in_link_expires_at", "sign_in_link", ["expires_at"])
    op.create_table(
        "session",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_index("ix_session_user_id", "session", ["user_id"])
    op.create_index("ix_session_expires_at", "session", ["expires_at"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("tenant.id"), nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", JSONB, nullable=False),
        sa.Column("scopes", JSONB, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
    )
    op.create_index(
        "ix_api_token_tenant_id", "api_token", ["tenant_id"], postgresql_where=sa.text("revoked_at is null")
    )


def _make_owned() -> None:
    op.create_table(
        "organisation",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("finess_ej", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("tenant_id", "finess_ej"),
    )
    op.create_table(
        "organisation_member",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("user_account.id"), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("function", sa.Text, nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.CheckConstraint("role in ('owner', 'editor', 'reader')", name="role"),
    )
    op.create_index("ix_organisation_member_tenant_id_user_id", "organisation_member", ["tenant_id", "user_id"])
    op.create_table(
        "adhesion",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("finess_ej", sa.Text, primary_key=True),
        sa.Column("since_on", sa.Date, primary_key=True),
        sa.Column("until_on", sa.Date),
    )
    op.create_table(
        "entity_attribute",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("finess_ej", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", JSONB, nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
    )
