"""What people want to be told, how and when; addresses that bounce; mails that wait for a digest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import protect

revision = "0023"
down_revision = "0022"

INSTANT = sa.DateTime(timezone=True)
CHECKS = {
    "state": "state in ('pending', 'sent', 'failed', 'withheld', 'held', 'gathered', 'silent')",
    "sent": "state <> 'sent' or sent_at is not null",
    "failed": "state not in ('failed', 'withheld') or last_error is not null",
    "held": "state <> 'held' or (hold_until is not null and user_id is not null)",
    "gathered": "(state = 'gathered') = (digest_id is not null)",
}


def upgrade() -> None:
    """Let a mail wait for a digest or not leave at all, and make the three tables."""
    op.add_column("notification", sa.Column("hold_until", INSTANT))
    op.add_column("notification", sa.Column("digest_id", sa.Uuid))
    for name in ("state", "sent", "failed"):
        op.drop_constraint(op.f(f"ck_notification_{name}"), "notification")
    for name, condition in CHECKS.items():
        op.create_check_constraint(name, "notification", condition)
    op.create_index(
        "ix_notification_tenant_id_hold_until",
        "notification",
        ["tenant_id", "hold_until"],
        postgresql_where=sa.text("state = 'held'"),
    )
    _make_notification_preference()
    _make_suppressed_address()
    _make_mail_report()
    protect(op.execute, "notification_preference", "suppressed_address", "mail_report")


def _make_notification_preference() -> None:
    op.create_table(
        "notification_preference",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("choices", JSONB, nullable=False),
        sa.Column("before", JSONB),
        sa.Column("quiet_begins", sa.Integer),
        sa.Column("quiet_ends", sa.Integer),
        sa.Column("quiet_weekends", sa.Boolean, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("num_nulls(quiet_begins, quiet_ends) in (0, 2)", name="quiet_hours"),
        sa.CheckConstraint("quiet_begins between 0 and 23 and quiet_ends between 0 and 23", name="hours"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "user_id"),
    )


def _make_suppressed_address() -> None:
    op.create_table(
        "suppressed_address",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("refused_at", INSTANT),
        sa.Column("refusal", sa.Text),
        sa.Column("optional_off_at", INSTANT),
        sa.Column("optional_off_by", sa.Text),
        sa.CheckConstraint("(refused_at is null) = (refusal is null)", name="refusal"),
        sa.CheckConstraint("(optional_off_at is null) = (optional_off_by is null)", name="optional_off"),
        sa.CheckConstraint("num_nulls(refused_at, optional_off_at) < 2", name="some"),
        sa.CheckConstraint("optional_off_by in ('complaint', 'unsubscribe')", name="optional_off_by"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "email"),
    )


def _make_mail_report() -> None:
    op.create_table(
        "mail_report",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("notice_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("kind in ('hard', 'soft', 'complaint')", name="kind"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "notice_id"], ["notification.tenant_id", "notification.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "notice_id", "kind"),
    )
    op.create_index("ix_mail_report_tenant_id_email_at", "mail_report", ["tenant_id", "email", "at"])
