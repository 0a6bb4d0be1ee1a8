"""What applicants join to their files, whole, and what comes in pieces."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import APP_ROLE, protect

revision = "0026"
down_revision = "0025"

INSTANT = sa.DateTime(timezone=True)
TABLES = ("attachment", "attachment_upload")


def upgrade() -> None:
    """Make both tables; the operator reads neither."""
    _make_attachment()
    _make_attachment_upload()
    protect(op.execute, *TABLES)
    for table in TABLES:
        op.execute(
            f"create policy no_operator on {table} as restrictive to {APP_ROLE} using ((select refuse_operator()))"
        )


def _make_attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("candidacy_id", sa.Uuid, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", sa.Uuid),
        sa.Column("scanned_at", INSTANT),
        sa.Column("submitted_at", INSTANT),
        sa.Column("removed_at", INSTANT),
        sa.CheckConstraint("state in ('unscanned', 'pending', 'clean', 'infected')", name="state"),
        sa.CheckConstraint("(state in ('clean', 'infected')) = (scanned_at is not null)", name="scanned"),
        sa.CheckConstraint("size > 0", name="size"),
        sa.CheckConstraint("removed_at is null or submitted_at is not null", name="removed"),
        sa.ForeignKeyConstraint(["added_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "candidacy_id"], ["candidacy.tenant_id", "candidacy.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_attachment_tenant_id_candidacy_id", "attachment", ["tenant_id", "candidacy_id"])
    waiting = sa.text("scanned_at is null")
    op.create_index("ix_attachment_tenant_id_id", "attachment", ["tenant_id", "id"], postgresql_where=waiting)


def _make_attachment_upload() -> None:
    op.create_table(
        "attachment_upload",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("candidacy_id", sa.Uuid, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("pieces", JSONB, nullable=False),
        sa.Column("attachment_id", sa.Uuid),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("begun_by", sa.Uuid),
        sa.CheckConstraint("received between 0 and size", name="received"),
        sa.CheckConstraint("size > 0", name="size"),
        sa.ForeignKeyConstraint(["begun_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "candidacy_id"], ["candidacy.tenant_id", "candidacy.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_attachment_upload_tenant_id_begun_at", "attachment_upload", ["tenant_id", "begun_at"])
    op.create_index("ix_attachment_upload_tenant_id_candidacy_id", "attachment_upload", ["tenant_id", "candidacy_id"])
