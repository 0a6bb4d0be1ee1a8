"""Campaigns: calls, files, submissions, verdicts, reviews, decisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from kit.rls import APP_ROLE, protect

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "campaign",
    "campaign_version",
    "campaign_window",
    "candidacy",
    "answer_revision",
    "decision",
    "review",
    "verdict",
    "submission",
)


def upgrade() -> None:
    """Make the tables of campaigns; what was submitted is never changed nor removed by the application."""
    _make_campaign()
    _make_campaign_version()
    _make_campaign_window()
    _make_candidacy()
    _make_answer_revision()
    _make_decision()
    _make_review()
    _make_verdict()
    _make_submission()
    protect(op.execute, *TABLES)
    op.execute(f"revoke update, delete on submission, campaign_version from {APP_ROLE}")


def _make_campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("edition_id", sa.Integer),
        sa.Column("places", sa.Integer),
        sa.Column("publish_at", INSTANT),
        sa.Column("instruct_from_on", sa.Date, nullable=False),
        sa.Column("instruct_until_on", sa.Date, nullable=False),
        sa.Column("notify_at", INSTANT, nullable=False),
        sa.Column("complete_on", sa.Date),
        sa.Column("held_at", INSTANT),
        sa.Column("released_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind in ('ami', 'aap', 'aac', 'guichet')", name="kind"),
        sa.CheckConstraint("state <> 'released' or released_at is not null", name="released"),
        sa.CheckConstraint("state in ('draft', 'archived') or edition_id is not null", name="edition"),
        sa.CheckConstraint(
            "state in ('draft', 'scheduled', 'published', 'closed', 'released', 'archived')", name="state"
        ),
        sa.CheckConstraint("places > 0", name="places"),
        sa.ForeignKeyConstraint(["edition_id"], ["registry_edition.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "slug"),
    )


def _make_campaign_version() -> None:
    op.create_table(
        "campaign_version",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("campaign_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("rule_version", sa.Integer, nullable=False),
        sa.Column("form_version", sa.Integer, nullable=False),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("author_id", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaign.tenant_id", "campaign.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "campaign_id", "number"),
    )


def _make_campaign_window() -> None:
    op.create_table(
        "campaign_window",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("campaign_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("campaign_id"), "="),
            (sa.text("tstzrange(opens_at, closes_at, '[]')"), "&&"),
            using="gist",
            name="ex_campaign_window_overlap",
        ),
        sa.CheckConstraint("opens_at < closes_at", name="order"),
        sa.ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaign.tenant_id", "campaign.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "campaign_id", "number"),
    )


def _make_candidacy() -> None:
    op.create_table(
        "candidacy",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("campaign_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("finess_ej", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("applicant_name", sa.Text, nullable=False),
        sa.Column("department", sa.Text),
        sa.Column("applicant", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("form_version", sa.Integer, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT),
        sa.Column("withdrawn_at", INSTANT),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at is not null)", name="withdrawn"),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'withdrawn', 'accepted', 'refused', 'waitlisted')", name="state"
        ),
        sa.CheckConstraint("state in ('draft', 'withdrawn') or submitted_at is not null", name="submitted"),
        sa.ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaign.tenant_id", "campaign.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "finess_ej"),
        sa.UniqueConstraint("tenant_id", "reference"),
    )
    op.create_index(
        "ix_candidacy_tenant_id_campaign_id_state_submitted_at",
        "candidacy",
        ["tenant_id", "campaign_id", "state", "submitted_at"],
    )
    op.create_index("ix_candidacy_tenant_id_organisation_id", "candidacy", ["tenant_id", "organisation_id"])


def _make_answer_revision() -> None:
    op.create_table(
        "answer_revision",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("candidacy_id", sa.Uuid, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("value", JSONB),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("saved_by", sa.Uuid),
        sa.Column("settled_at", INSTANT),
        sa.CheckConstraint("not kept or settled_at is null", name="settled"),
        sa.ForeignKeyConstraint(["saved_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "candidacy_id"], ["candidacy.tenant_id", "candidacy.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "candidacy_id", "field", "revision"),
    )
    op.create_index(
        "ix_answer_revision_tenant_id_candidacy_id",
        "answer_revision",
        ["tenant_id", "candidacy_id"],
        postgresql_where=sa.text("not kept and settled_at is null"),
    )


def _make_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("candidacy_id", sa.Uuid, nullable=False),
        sa.Column("campaign_id", sa.Uuid, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("motive", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("released_at", INSTANT),
        sa.CheckConstraint("(outcome = 'waitlisted') = (rank is not null)", name="rank"),
        sa.CheckConstraint("(state = 'released') = (released_at is not null)", name="released"),
        sa.CheckConstraint("outcome <> 'refused' or motive <> ''", name="motive"),
        sa.CheckConstraint("outcome in ('accepted', 'refused', 'waitlisted')", name="outcome"),
        sa.CheckConstraint("state in ('pending', 'released')", name="state"),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaign.tenant_id", "campaign.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "candidacy_id"], ["candidacy.tenant_id", "candidacy.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "candidacy_id"),
    )
    op.create_index("ix_decision_tenant_id_campaign_id_outcome", "decision", ["tenant_id", "campaign_id", "outcome"])


def _make_review() -> None:
    op.create_table(
        "review",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("candidacy_id", sa.Uuid, nullable=False),
        sa.Column("assignee_id", sa.Uuid),
        sa.Column("completeness", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("score", sa.Integer),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.CheckConstraint("completeness in ('unknown', 'complete', 'incomplete')", name="completeness"),
        sa.CheckConstraint("score between 0 and 100", name="score"),
        sa.ForeignKeyConstraint(["assignee_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "candidacy_id"], ["candidacy.tenant_id", "candidacy.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "candidacy_id"),
    )
    op.create_index("ix_review_tenant_id_assignee_id", "review", ["tenant_id", "assignee_id"])


def _make_verdict() -> None:
    op.create_table(
        "verdict",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("campaign_id", sa.Uuid, nullable=False),
        sa.Column("candidacy_id", sa.Uuid, nullable=False),
        sa.Column("finess_ej", sa.Text, nullable=False),
        sa.Column("rule_version", sa.Integer, nullable=False),
        sa.Column("edition_id", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("clauses", JSONB, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.CheckConstraint("outcome in ('eligible', 'not_eligible', 'information_missing')", name="outcome"),
        sa.ForeignKeyConstraint(["edition_id"], ["registry_edition.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaign.tenant_id", "campaign.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "candidacy_id"], ["candidacy.tenant_id", "candidacy.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_verdict_tenant_id_candidacy_id", "verdict", ["tenant_id", "candidacy_id"])


def _make_submission() -> None:
    op.create_table(
        "submission",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("candidacy_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("verdict_id", sa.Uuid, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("submitted_by", sa.Uuid),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("statement", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["submitted_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "candidacy_id"], ["candidacy.tenant_id", "candidacy.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "verdict_id"], ["verdict.tenant_id", "verdict.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "candidacy_id", "number"),
        sa.UniqueConstraint("tenant_id", "code"),
    )
