"""Awards: what an accepted applicant obtains, confirms, and proves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import APP_ROLE, protect

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; an evidence once written is never changed nor removed by the application."""
    _make_award()
    _make_milestone()
    _make_evidence()
    protect(op.execute, "award", "milestone", "evidence")
    op.execute(f"revoke update, delete on evidence from {APP_ROLE}")


def _make_award() -> None:
    op.create_table(
        "award",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("candidacy_id", sa.Uuid, nullable=False),
        sa.Column("campaign_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("service", sa.Text),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("ars_share_percent", sa.Integer, nullable=False),
        sa.Column("cap_cents", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("confirm_by", sa.Date, nullable=False),
        sa.Column("complete_on", sa.Date),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("confirmed_by", sa.Uuid),
        sa.Column("referent", JSONB),
        sa.Column("motive", sa.Text, nullable=False),
        sa.CheckConstraint("(state = 'confirmed') = (confirmed_at is not null)", name="confirmed"),
        sa.CheckConstraint("ars_share_percent between 0 and 100", name="ars_share"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("state <> 'confirmed' or referent is not null", name="referent"),
        sa.CheckConstraint("state in ('offered', 'confirmed', 'declined', 'lapsed')", name="state"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaign.tenant_id", "campaign.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "candidacy_id"], ["candidacy.tenant_id", "candidacy.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "candidacy_id"),
    )
    op.create_index("ix_award_tenant_id_campaign_id_state", "award", ["tenant_id", "campaign_id", "state"])
    op.create_index("ix_award_tenant_id_organisation_id", "award", ["tenant_id", "organisation_id"])


def _make_milestone() -> None:
    op.create_table(
        "milestone",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("award_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("proved_at", INSTANT),
        sa.ForeignKeyConstraint(["tenant_id", "award_id"], ["award.tenant_id", "award.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "award_id", "key"),
    )


def _make_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("milestone_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("proved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "milestone_id"], ["milestone.tenant_id", "milestone.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "milestone_id", "kind", "subject_id"),
    )
