"""Planning: availability, slots, places, who waits."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from kit.rls import protect

revision = "0010"
down_revision = "0009"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "calendar_feed",
    "availability_exception",
    "availability_rule",
    "slot",
    "waiting_entry",
    "booking",
)


def upgrade() -> None:
    """Make the tables."""
    _make_calendar_feed()
    _make_availability_exception()
    _make_availability_rule()
    _make_slot()
    _make_waiting_entry()
    _make_booking()
    protect(op.execute, *TABLES)


def _make_calendar_feed() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("renewed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "user_id"),
    )


def _make_availability_exception() -> None:
    op.create_table(
        "availability_exception",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("consultant_id", sa.Uuid, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("half", sa.Text, nullable=False),
        sa.Column("available", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint("half in ('am', 'pm')", name="half"),
        sa.ForeignKeyConstraint(["tenant_id", "consultant_id"], ["consultant.tenant_id", "consultant.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "consultant_id", "on", "half"),
    )


def _make_availability_rule() -> None:
    op.create_table(
        "availability_rule",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("consultant_id", sa.Uuid, nullable=False),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("half", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.CheckConstraint("half in ('am', 'pm')", name="half"),
        sa.CheckConstraint("weekday between 0 and 6", name="weekday"),
        sa.ForeignKeyConstraint(["tenant_id", "consultant_id"], ["consultant.tenant_id", "consultant.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_availability_rule_tenant_id_consultant_id", "availability_rule", ["tenant_id", "consultant_id"])


def _make_slot() -> None:
    op.create_table("slot", *_slot_columns(), *_slot_constraints())
    op.create_index(
        "ix_slot_tenant_id_organisation_id_starts_at", "slot", ["tenant_id", "organisation_id", "starts_at"]
    )
    op.create_index("ix_slot_tenant_id_provider_id_starts_at", "slot", ["tenant_id", "provider_id", "starts_at"])
    op.create_index("ix_slot_tenant_id_starts_at", "slot", ["tenant_id", "starts_at"])


def _slot_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("consultant_id", sa.Uuid, nullable=False),
        sa.Column("service_version_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("blocked_from", INSTANT, nullable=False),
        sa.Column("blocked_until", INSTANT, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    ]


def _slot_constraints() -> list[sa.Constraint]:
    return [
        ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("consultant_id"), "="),
            (sa.text("tstzrange(blocked_from, blocked_until)"), "&&"),
            using="gist",
            where=sa.text("state = 'open'"),
            name="ex_slot_overlap",
        ),
        sa.CheckConstraint("blocked_from <= starts_at and ends_at <= blocked_until", name="blocked"),
        sa.CheckConstraint("capacity > 0", name="capacity"),
        sa.CheckConstraint("kind in ('single', 'group')", name="kind"),
        sa.CheckConstraint("starts_at < ends_at", name="order"),
        sa.CheckConstraint("state in ('open', 'cancelled')", name="state"),
        sa.CheckConstraint("taken between 0 and capacity", name="taken"),
        sa.ForeignKeyConstraint(["tenant_id", "consultant_id"], ["consultant.tenant_id", "consultant.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_version_id"], ["service_version.tenant_id", "service_version.id"]
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    ]


def _make_waiting_entry() -> None:
    op.create_table(
        "waiting_entry",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("slot_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("joined_by", sa.Uuid),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("offer_ends_at", INSTANT),
        sa.CheckConstraint("(state = 'offered') <= (offer_ends_at is not null)", name="offered"),
        sa.CheckConstraint("places > 0", name="places"),
        sa.CheckConstraint("state in ('waiting', 'offered', 'taken', 'expired', 'left')", name="state"),
        sa.ForeignKeyConstraint(["joined_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "slot_id"], ["slot.tenant_id", "slot.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "uq_waiting_entry_live",
        "waiting_entry",
        ["tenant_id", "slot_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("state in ('waiting', 'offered')"),
    )


def _make_booking() -> None:
    op.create_table(
        "booking",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("slot_id", sa.Uuid, nullable=False),
        sa.Column("mission_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("booked_by", sa.Uuid),
        sa.Column("booked_at", INSTANT, nullable=False),
        sa.Column("released_at", INSTANT),
        sa.CheckConstraint("places > 0", name="places"),
        sa.CheckConstraint("state in ('taken', 'released')", name="state"),
        sa.ForeignKeyConstraint(["booked_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "mission_id"], ["mission.tenant_id", "mission.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "slot_id"], ["slot.tenant_id", "slot.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_booking_tenant_id_mission_id", "booking", ["tenant_id", "mission_id"])
    op.create_index("ix_booking_tenant_id_organisation_id", "booking", ["tenant_id", "organisation_id"])
    op.create_index(
        "uq_booking_taken",
        "booking",
        ["tenant_id", "slot_id", "mission_id"],
        unique=True,
        postgresql_where=sa.text("state = 'taken'"),
    )
