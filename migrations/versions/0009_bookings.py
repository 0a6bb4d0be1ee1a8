"""Orders and missions."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import APP_ROLE, protect

revision = "0009"
down_revision = "0008"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "entitlement",
    "quote",
    "purchase_order",
    "mission",
    "acceptance",
    "deliverable",
    "reserve",
    "satisfaction",
)


def upgrade() -> None:
    """Make the tables; a quote and an acceptance are never changed nor removed by the application."""
    _make_entitlement()
    _make_quote()
    _make_purchase_order()
    _make_mission()
    _make_acceptance()
    _make_deliverable()
    _make_reserve()
    _make_satisfaction()
    protect(op.execute, *TABLES)
    op.execute(f"revoke update, delete on quote, acceptance from {APP_ROLE}")


def _make_entitlement() -> None:
    op.create_table(
        "entitlement",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("award_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("service_id", sa.Uuid, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("ars_share_percent", sa.Integer, nullable=False),
        sa.Column("cap_cents", sa.BigInteger),
        sa.Column("expires_on", sa.Date),
        sa.Column("contact", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("ars_share_percent between 0 and 100", name="ars_share"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("state in ('open', 'used', 'closed')", name="state"),
        sa.ForeignKeyConstraint(["tenant_id", "award_id"], ["award.tenant_id", "award.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "service_id"], ["service.tenant_id", "service.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "award_id"),
    )
    op.create_index("ix_entitlement_tenant_id_organisation_id", "entitlement", ["tenant_id", "organisation_id"])


def _make_quote() -> None:
    op.create_table("quote", *_quote_columns(), *_quote_constraints())
    op.create_index("ix_quote_tenant_id_organisation_id_id", "quote", ["tenant_id", "organisation_id", "id"])


def _quote_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("finess_et", sa.Text),
        sa.Column("service_version_id", sa.Uuid, nullable=False),
        sa.Column("lot_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("price_line_id", sa.Uuid, nullable=False),
        sa.Column("entitlement_id", sa.Uuid),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_cents", sa.BigInteger, nullable=False),
        sa.Column("net_cents", sa.BigInteger, nullable=False),
        sa.Column("vat_cents", sa.BigInteger, nullable=False),
        sa.Column("vat_permille", sa.Integer, nullable=False),
        sa.Column("total_cents", sa.BigInteger, nullable=False),
        sa.Column("ars_cents", sa.BigInteger, nullable=False),
        sa.Column("remainder_cents", sa.BigInteger, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("author_id", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
    ]


def _quote_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("ars_cents + remainder_cents = total_cents", name="payers"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("ars_cents >= 0 and remainder_cents >= 0", name="shares"),
        sa.CheckConstraint("net_cents + vat_cents = total_cents", name="total"),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "entitlement_id"], ["entitlement.tenant_id", "entitlement.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "lot_id"], ["lot.tenant_id", "lot.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "price_line_id"], ["price_line.tenant_id", "price_line.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_version_id"], ["service_version.tenant_id", "service_version.id"]
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "number"),
    ]


def _make_purchase_order() -> None:
    op.create_table("purchase_order", *_purchase_order_columns(), *_purchase_order_constraints())
    op.create_index("ix_purchase_order_tenant_id_lot_id_state", "purchase_order", ["tenant_id", "lot_id", "state"])
    op.create_index(
        "ix_purchase_order_tenant_id_organisation_id_id", "purchase_order", ["tenant_id", "organisation_id", "id"]
    )
    op.create_index(
        "uq_purchase_order_entitlement",
        "purchase_order",
        ["tenant_id", "entitlement_id"],
        unique=True,
        postgresql_where=sa.text("state in ('requested', 'placed', 'completed')"),
    )


def _purchase_order_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("quote_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("lot_id", sa.Uuid, nullable=False),
        sa.Column("entitlement_id", sa.Uuid),
        sa.Column("net_cents", sa.BigInteger, nullable=False),
        sa.Column("total_cents", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("purchaser_reference", sa.Text, nullable=False),
        sa.Column("engagement_number", sa.Text, nullable=False),
        sa.Column("service_code", sa.Text, nullable=False),
        sa.Column("contact", JSONB, nullable=False),
        sa.Column("requested_by", sa.Uuid),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("placed_by", sa.Uuid),
        sa.Column("placed_at", INSTANT),
        sa.Column("refused_motive", sa.Text, nullable=False),
        sa.Column("cancelled_at", INSTANT),
        sa.Column("cancel_motive", sa.Text, nullable=False),
        sa.Column("fee_cents", sa.BigInteger, nullable=False),
        sa.Column("completed_at", INSTANT),
        sa.Column("terms", JSONB, nullable=False),
    ]


def _purchase_order_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("(state = 'cancelled') = (cancelled_at is not null)", name="cancelled"),
        sa.CheckConstraint("(state = 'completed') = (completed_at is not null)", name="completed"),
        sa.CheckConstraint("fee_cents >= 0", name="fee"),
        sa.CheckConstraint("state not in ('placed', 'completed') or placed_at is not null", name="placed"),
        sa.CheckConstraint("state in ('requested', 'placed', 'refused', 'cancelled', 'completed')", name="state"),
        sa.ForeignKeyConstraint(["placed_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["requested_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "entitlement_id"], ["entitlement.tenant_id", "entitlement.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "lot_id"], ["lot.tenant_id", "lot.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "quote_id"], ["quote.tenant_id", "quote.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.UniqueConstraint("tenant_id", "quote_id"),
    ]


def _make_mission() -> None:
    op.create_table("mission", *_mission_columns(), *_mission_constraints())
    op.create_index("ix_mission_tenant_id_order_id", "mission", ["tenant_id", "order_id"])
    op.create_index("ix_mission_tenant_id_organisation_id_id", "mission", ["tenant_id", "organisation_id", "id"])
    op.create_index("ix_mission_tenant_id_provider_id_id", "mission", ["tenant_id", "provider_id", "id"])
    op.create_index("ix_mission_tenant_id_state", "mission", ["tenant_id", "state"])


def _mission_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("order_id", sa.Uuid),
        sa.Column("award_id", sa.Uuid),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("finess_et", sa.Text),
        sa.Column("department", sa.Text),
        sa.Column("provider_id", sa.Uuid),
        sa.Column("consultant_id", sa.Uuid),
        sa.Column("service_version_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("half_days", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("assignment", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("starts_at", INSTANT),
        sa.Column("ends_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("assigned_at", INSTANT),
        sa.Column("started_at", INSTANT),
        sa.Column("delivered_at", INSTANT),
        sa.Column("accept_by", sa.Date),
        sa.Column("silence_accepts", sa.Boolean, nullable=False),
        sa.Column("accepted_at", INSTANT),
        sa.Column("cancelled_at", INSTANT),
        sa.Column("revision", sa.Integer, nullable=False),
    ]


def _mission_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("(state = 'accepted') = (accepted_at is not null)", name="accepted"),
        sa.CheckConstraint("state in ('created', 'cancelled') or provider_id is not null", name="assigned"),
        sa.CheckConstraint("state not in ('delivered', 'accepted') or delivered_at is not null", name="delivered"),
        sa.CheckConstraint("mode in ('mission', 'session', 'time')", name="mode"),
        sa.CheckConstraint("mode = 'time' or order_id is not null", name="ordered"),
        sa.CheckConstraint(
            "state in ('created', 'assigned', 'planned', 'running', 'reserved', 'delivered', 'accepted', 'cancelled')",
            name="state",
        ),
        sa.ForeignKeyConstraint(["tenant_id", "award_id"], ["award.tenant_id", "award.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "consultant_id"], ["consultant.tenant_id", "consultant.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "order_id"], ["purchase_order.tenant_id", "purchase_order.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_version_id"], ["service_version.tenant_id", "service_version.id"]
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "number"),
    ]


def _make_acceptance() -> None:
    op.create_table(
        "acceptance",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("mission_id", sa.Uuid, nullable=False),
        sa.Column("tacit", sa.Boolean, nullable=False),
        sa.Column("accepted_by", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("function", sa.Text, nullable=False),
        sa.Column("manifest", JSONB, nullable=False),
        sa.Column("half_days", sa.Integer),
        sa.Column("accepted_at", INSTANT, nullable=False),
        sa.CheckConstraint("tacit = (name = '') and (accepted_by is null or not tacit)", name="tacit"),
        sa.ForeignKeyConstraint(["accepted_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "mission_id"], ["mission.tenant_id", "mission.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "mission_id"),
    )


def _make_deliverable() -> None:
    op.create_table(
        "deliverable",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("mission_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("added_by", sa.Uuid),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("shared_at", INSTANT),
        sa.CheckConstraint("size > 0", name="size"),
        sa.ForeignKeyConstraint(["added_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "mission_id"], ["mission.tenant_id", "mission.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "mission_id", "name", "version"),
    )


def _make_reserve() -> None:
    op.create_table(
        "reserve",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("mission_id", sa.Uuid, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("raised_by", sa.Uuid),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("lifted_at", INSTANT),
        sa.ForeignKeyConstraint(["raised_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "mission_id"], ["mission.tenant_id", "mission.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_reserve_tenant_id_mission_id", "reserve", ["tenant_id", "mission_id"])


def _make_satisfaction() -> None:
    op.create_table(
        "satisfaction",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("mission_id", sa.Uuid, nullable=False),
        sa.Column("usefulness", sa.Integer, nullable=False),
        sa.Column("quality", sa.Integer, nullable=False),
        sa.Column("recommendation", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("answered_by", sa.Uuid),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.CheckConstraint("quality between 1 and 5", name="quality"),
        sa.CheckConstraint("recommendation between 1 and 5", name="recommendation"),
        sa.CheckConstraint("usefulness between 1 and 5", name="usefulness"),
        sa.ForeignKeyConstraint(["answered_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "mission_id"], ["mission.tenant_id", "mission.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "mission_id"),
    )
