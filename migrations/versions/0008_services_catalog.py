"""The catalogue, the market, the providers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from kit.rls import APP_ROLE, protect

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True)
FAMILIES = (
    "'diagnostic', 'exercise', 'shared_ciso', 'audit', 'continuity_plan', 'awareness', 'data_protection', "
    "'phishing', 'incident_response'"
)
TABLES = (
    "framework_agreement",
    "service",
    "lot",
    "provider",
    "service_version",
    "consultant",
    "insurance",
    "lot_holder",
    "qualification",
    "subcontractor",
    "price_schedule",
    "price_line",
    "price_revision",
)


def upgrade() -> None:
    """Make the tables; the application never changes nor removes a published version, nor a price."""
    _make_framework_agreement()
    _make_service()
    _make_lot()
    _make_provider()
    _make_service_version()
    _make_consultant()
    _make_insurance()
    _make_lot_holder()
    _make_qualification()
    _make_subcontractor()
    _make_price_schedule()
    _make_price_line()
    _make_price_revision()
    protect(op.execute, *TABLES)
    op.execute(f"revoke update, delete on service_version, price_line, price_revision from {APP_ROLE}")
    op.execute(f"revoke delete on price_schedule from {APP_ROLE}")


def _make_framework_agreement() -> None:
    op.create_table(
        "framework_agreement",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("adherents_only", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "reference"),
    )


def _make_service() -> None:
    op.create_table(
        "service",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("family", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_norm", sa.Text, nullable=False),
        sa.Column("draft", JSONB, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"family in ({FAMILIES})", name="family"),
        sa.CheckConstraint("state in ('draft', 'published', 'withdrawn')", name="state"),
        sa.CheckConstraint("(state = 'draft') = (version = 0)", name="version"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "slug"),
    )
    op.create_index("ix_service_tenant_id_state_family", "service", ["tenant_id", "state", "family"])


def _make_lot() -> None:
    op.create_table(
        "lot",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agreement_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("assignment", sa.Text, nullable=False),
        sa.Column("maximum_cents", sa.BigInteger, nullable=False),
        sa.Column("ordered_cents", sa.BigInteger, nullable=False),
        sa.CheckConstraint("assignment in ('single', 'ranked', 'in_turn')", name="assignment"),
        sa.CheckConstraint("ordered_cents between 0 and maximum_cents", name="ceiling"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agreement_id"], ["framework_agreement.tenant_id", "framework_agreement.id"]
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "agreement_id", "number"),
    )


def _make_provider() -> None:
    op.create_table(
        "provider",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("siret", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("zones", JSONB, nullable=False),
        sa.Column("skills", JSONB, nullable=False),
        sa.Column("contacts", JSONB, nullable=False),
        sa.Column("capacity_half_days", sa.Integer, nullable=False),
        sa.Column("travel_minutes", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("capacity_half_days >= 0", name="capacity"),
        sa.CheckConstraint("state in ('active', 'suspended')", name="state"),
        sa.CheckConstraint("travel_minutes between 0 and 480", name="travel"),
        sa.ForeignKeyConstraint(["tenant_id", "id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )


def _make_service_version() -> None:
    op.create_table(
        "service_version",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("service_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("half_days", sa.Integer, nullable=False),
        sa.Column("qualification", sa.Text),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("author_id", sa.Uuid),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.CheckConstraint("half_days >= 0", name="half_days"),
        sa.CheckConstraint("mode in ('mission', 'session', 'time')", name="mode"),
        sa.CheckConstraint(
            "qualification in ('passi', 'pris', 'pdis', 'pams', 'pacs', 'expertcyber')", name="qualification"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "service_id"], ["service.tenant_id", "service.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "service_id", "number"),
    )


def _make_consultant() -> None:
    op.create_table(
        "consultant",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_consultant_tenant_id_provider_id", "consultant", ["tenant_id", "provider_id"])
    op.create_index("ix_consultant_tenant_id_user_id", "consultant", ["tenant_id", "user_id"])


def _make_insurance() -> None:
    op.create_table(
        "insurance",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("insurer", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_insurance_tenant_id_provider_id", "insurance", ["tenant_id", "provider_id"])


def _make_lot_holder() -> None:
    op.create_table(
        "lot_holder",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("lot_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("ordered_cents", sa.BigInteger, nullable=False),
        sa.CheckConstraint("ordered_cents >= 0", name="ordered"),
        sa.CheckConstraint("rank > 0", name="rank"),
        sa.ForeignKeyConstraint(["tenant_id", "lot_id"], ["lot.tenant_id", "lot.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "lot_id", "provider_id"),
        sa.UniqueConstraint("tenant_id", "lot_id", "rank"),
    )


def _make_qualification() -> None:
    op.create_table(
        "qualification",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.CheckConstraint("kind in ('passi', 'pris', 'pdis', 'pams', 'pacs', 'expertcyber')", name="kind"),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_qualification_tenant_id_provider_id", "qualification", ["tenant_id", "provider_id"])


def _make_subcontractor() -> None:
    op.create_table(
        "subcontractor",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("siret", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("declared_on", sa.Date, nullable=False),
        sa.Column("accepted_on", sa.Date),
        sa.ForeignKeyConstraint(["tenant_id", "provider_id"], ["provider.tenant_id", "provider.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_subcontractor_tenant_id_provider_id", "subcontractor", ["tenant_id", "provider_id"])


def _make_price_schedule() -> None:
    op.create_table(
        "price_schedule",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("lot_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("formula", JSONB),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("report", JSONB, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("author_id", sa.Uuid),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
        ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("lot_id"), "="),
            (sa.column("provider_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            where=sa.text("state = 'published'"),
            name="ex_price_schedule_overlap",
        ),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.CheckConstraint("(state = 'published') = (published_at is not null)", name="published"),
        sa.CheckConstraint("state in ('draft', 'published', 'discarded')", name="state"),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id", "provider_id"],
            ["lot_holder.tenant_id", "lot_holder.lot_id", "lot_holder.provider_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "lot_id", "provider_id", "number"),
    )


def _make_price_line() -> None:
    op.create_table(
        "price_line",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("schedule_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("service_id", sa.Uuid),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("size_from", sa.BigInteger),
        sa.Column("size_to", sa.BigInteger),
        sa.Column("tariff", sa.Text, nullable=False),
        sa.Column("unit_cents", sa.BigInteger, nullable=False),
        sa.Column("vat_permille", sa.Integer, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.CheckConstraint("(measure = 'none') = (size_from is null)", name="bracket"),
        sa.CheckConstraint("starts_on <= ends_on", name="dates"),
        sa.CheckConstraint("measure in ('none', 'establishments', 'places', 'workstations', 'budget')", name="measure"),
        sa.CheckConstraint("unit_cents >= 0", name="price"),
        sa.CheckConstraint("size_from <= size_to", name="sizes"),
        sa.CheckConstraint("tariff in ('all', 'adherent', 'other')", name="tariff"),
        sa.CheckConstraint(
            "unit in ('package', 'day', 'half_day', 'site', 'workstation', 'exercise', 'month')", name="unit"
        ),
        sa.CheckConstraint("vat_permille between 0 and 1000", name="vat"),
        sa.ForeignKeyConstraint(["tenant_id", "schedule_id"], ["price_schedule.tenant_id", "price_schedule.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "service_id"], ["service.tenant_id", "service.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "schedule_id", "position"),
    )
    op.create_index("ix_price_line_tenant_id_service_id", "price_line", ["tenant_id", "service_id"])


def _make_price_revision() -> None:
    op.create_table(
        "price_revision",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("schedule_id", sa.Uuid, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("index_value", sa.Text, nullable=False),
        sa.Column("index_on", sa.Date, nullable=False),
        sa.Column("coefficient_ppm", sa.Integer, nullable=False),
        sa.Column("author_id", sa.Uuid),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.CheckConstraint("coefficient_ppm > 0", name="coefficient"),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "schedule_id"], ["price_schedule.tenant_id", "price_schedule.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "schedule_id", "starts_on"),
    )
