"""Privacy: consents, processings, periods, requests, breaches; what was submitted may be blanked, never rewritten."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import APP_ROLE, protect

revision = "0024"
down_revision = "0023"

INSTANT = sa.DateTime(timezone=True)
WRITTEN_ONCE = ("consent", "processing_version", "breach_revision")
TABLES = (
    "consent",
    "processing_version",
    "retention_policy",
    "purge_run",
    "privacy_request",
    "personal_export",
    "breach",
    "breach_revision",
)
# The end of a period blanks what was submitted, and changes nothing else of it: the receipt stays what it was.
GUARD = """
create function guard_submission() returns trigger language plpgsql as $$
begin
    if old.erased_at is not null or new.erased_at is null or new.content <> '{}' then
        raise exception 'submission %: what was submitted is blanked at the end of its period, never rewritten', old.id
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$
"""


def upgrade() -> None:
    """Make the tables; the notebook of breaches and the register keep everything they ever said."""
    _make_purge_run()
    _make_breach()
    _make_consent()
    _make_privacy_request()
    _make_processing_version()
    _make_retention_policy()
    _make_breach_revision()
    _make_personal_export()
    protect(op.execute, *TABLES)
    op.execute(f"revoke update on {', '.join(WRITTEN_ONCE)} from {APP_ROLE}")
    op.execute(f"revoke delete on processing_version, breach, breach_revision from {APP_ROLE}")
    _let_content_end()


def _let_content_end() -> None:
    op.add_column("submission", sa.Column("erased_at", INSTANT))
    op.create_check_constraint("erased", "submission", "erased_at is null or content = '{}'")
    op.execute(GUARD)
    op.execute(
        "create trigger guard_submission before update on submission for each row "
        f"when (current_user = '{APP_ROLE}') execute function guard_submission()"
    )
    op.execute(f"grant update (content, erased_at) on submission to {APP_ROLE}")


def _make_purge_run() -> None:
    op.create_table(
        "purge_run",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("months", JSONB, nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.CheckConstraint("finished_at >= started_at", name="order"),
        sa.PrimaryKeyConstraint("tenant_id", "day"),
    )
    op.create_index(
        "ix_purge_run_tenant_id", "purge_run", ["tenant_id"], postgresql_where=sa.text("finished_at is null")
    )


def _make_breach() -> None:
    op.create_table(
        "breach",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("detected_at", INSTANT, nullable=False),
        sa.Column("notified_at", INSTANT),
        sa.Column("cnil_reference", sa.Text, nullable=False),
        sa.Column("late_reason", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed"),
        sa.CheckConstraint("notified_at <= detected_at + interval '72 hours' or late_reason <> ''", name="late"),
        sa.CheckConstraint("notified_at >= detected_at", name="notified"),
        sa.CheckConstraint("state in ('open', 'notified', 'closed')", name="state"),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "number"),
    )
    op.create_index(
        "ix_breach_tenant_id_detected_at",
        "breach",
        ["tenant_id", "detected_at"],
        postgresql_where=sa.text("closed_at is null"),
    )


def _make_consent() -> None:
    op.create_table(
        "consent",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.CheckConstraint("purpose in ('feedback', 'reference', 'news')", name="purpose"),
        sa.CheckConstraint("version > 0", name="version"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_consent_tenant_id_user_id_purpose_id", "consent", ["tenant_id", "user_id", "purpose", "id"])


def _make_privacy_request() -> None:
    op.create_table("privacy_request", *_privacy_request_columns(), *_privacy_request_constraints())
    op.create_index(
        "ix_privacy_request_tenant_id_due_on",
        "privacy_request",
        ["tenant_id", "due_on"],
        postgresql_where=sa.text("state in ('received', 'erasing')"),
    )
    op.create_index("ix_privacy_request_tenant_id_user_id", "privacy_request", ["tenant_id", "user_id"])


def _privacy_request_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("extended_at", INSTANT),
        sa.Column("extension_reason", sa.Text, nullable=False),
        sa.Column("spellings", JSONB, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("outcome", JSONB, nullable=False),
        sa.Column("recorded_by", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("closed_by", sa.Uuid),
        sa.Column("revision", sa.Integer, nullable=False),
    ]


def _privacy_request_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("channel in ('portal', 'letter', 'mail')", name="channel"),
        sa.CheckConstraint("(state in ('received', 'erasing')) = (closed_at is null)", name="closed"),
        sa.CheckConstraint("(extended_at is null) = (extension_reason = '')", name="extension"),
        sa.CheckConstraint(
            "kind in ('access', 'rectification', 'erasure', 'restriction', 'objection', 'portability')", name="kind"
        ),
        sa.CheckConstraint("state in ('received', 'answered', 'refused', 'withdrawn', 'erasing')", name="state"),
        sa.ForeignKeyConstraint(["closed_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["recorded_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "number"),
    ]


def _make_processing_version() -> None:
    op.create_table(
        "processing_version",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.Column("author_id", sa.Uuid),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.CheckConstraint("number > 0", name="number"),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "key", "number"),
    )


def _make_retention_policy() -> None:
    op.create_table(
        "retention_policy",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("months", JSONB, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("adopted_by", sa.Uuid),
        sa.Column("adopted_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["adopted_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id"),
    )


def _make_breach_revision() -> None:
    op.create_table(
        "breach_revision",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("breach_id", sa.Uuid, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("author_id", sa.Uuid),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "breach_id"], ["breach.tenant_id", "breach.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "breach_id", "revision"),
    )


def _make_personal_export() -> None:
    op.create_table(
        "personal_export",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("request_id", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("progress", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("ready_at", INSTANT),
        sa.Column("expires_at", INSTANT),
        sa.Column("stored_json", sa.Text),
        sa.Column("stored_pdf", sa.Text),
        sa.Column("error", sa.Text, nullable=False),
        sa.CheckConstraint("num_nulls(stored_json, stored_pdf) in (0, 2)", name="both"),
        sa.CheckConstraint("(state = 'asked') = (next_attempt_at is not null)", name="due"),
        sa.CheckConstraint("progress between 0 and 100", name="progress"),
        sa.CheckConstraint("(state = 'ready') = (stored_json is not null)", name="ready"),
        sa.CheckConstraint("state in ('asked', 'ready', 'expired', 'failed')", name="state"),
        sa.ForeignKeyConstraint(["tenant_id", "request_id"], ["privacy_request.tenant_id", "privacy_request.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    _index_personal_export()


def _index_personal_export() -> None:
    """Of one person (or one request) a copy is asked once at a time; whoever is unknown is the same nobody."""
    waiting = sa.text("state in ('asked', 'ready')")
    op.create_index("ix_personal_export_tenant_id", "personal_export", ["tenant_id"], postgresql_where=waiting)
    op.create_index("ix_personal_export_tenant_id_request_id", "personal_export", ["tenant_id", "request_id"])
    op.create_index("ix_personal_export_tenant_id_user_id", "personal_export", ["tenant_id", "user_id"])
    op.create_index(
        "ux_personal_export_asked",
        "personal_export",
        ["tenant_id", "user_id", "request_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
        postgresql_nulls_not_distinct=True,
    )
