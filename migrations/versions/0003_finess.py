"""The national register: editions, legal entities, establishments, remarks of the imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from kit.rls import APP_ROLE, share

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Reference tables: no tenant, no policy. The import runs as the application role, like every command."""
    op.create_table(
        "registry_edition",
        sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("generated_at", INSTANT, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("imported_by", sa.Text, nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("difference", JSONB, nullable=False),
        sa.CheckConstraint("source in ('finess_plus', 'etalab')", name="source"),
    )
    op.create_index("ix_registry_edition_generated_at", "registry_edition", ["generated_at"])
    _legal_entity()
    _establishment()
    op.create_table(
        "import_remark",
        sa.Column("edition_id", sa.Integer, sa.ForeignKey("registry_edition.id"), primary_key=True),
        sa.Column("rank", sa.Integer, primary_key=True),
        sa.Column("position", sa.Text, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint("severity in ('rejected', 'warning')", name="severity"),
    )
    share(op.execute, "registry_edition", "legal_entity", "establishment", "import_remark")
    _settle_register()


def _legal_entity() -> None:
    op.create_table(
        "legal_entity",
        sa.Column("finess_ej", sa.Text, primary_key=True),
        sa.Column("first_edition", sa.Integer, primary_key=True),
        sa.Column("last_edition", sa.Integer),
        sa.Column("name", sa.Text),
        sa.Column("search_text", TSVECTOR, nullable=False),
        sa.Column("siren", sa.Text),
        sa.Column("legal_status_code", sa.Text),
        sa.Column("department", sa.Text),
        sa.Column("commune_code", sa.Text),
        sa.Column("postal_code", sa.Text),
        sa.Column("town", sa.Text),
        sa.Column("opened_on", sa.Date),
        sa.Column("closed_on", sa.Date),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.CheckConstraint("last_edition >= first_edition", name="editions"),
    )
    op.create_index("ix_legal_entity_siren", "legal_entity", ["siren"])
    op.create_index("ix_legal_entity_search_text", "legal_entity", ["search_text"], postgresql_using="gin")


def _establishment() -> None:
    op.create_table(
        "establishment",
        sa.Column("finess_et", sa.Text, primary_key=True),
        sa.Column("first_edition", sa.Integer, primary_key=True),
        sa.Column("last_edition", sa.Integer),
        sa.Column("finess_ej", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("search_text", TSVECTOR, nullable=False),
        sa.Column("category_code", sa.Text),
        sa.Column("siret", sa.Text),
        sa.Column("department", sa.Text),
        sa.Column("commune_code", sa.Text),
        sa.Column("postal_code", sa.Text),
        sa.Column("town", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("opened_on", sa.Date),
        sa.Column("authorised_on", sa.Date),
        sa.Column("closed_on", sa.Date),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.CheckConstraint("last_edition >= first_edition", name="editions"),
    )
    op.create_index("ix_establishment_finess_ej", "establishment", ["finess_ej"])
    op.create_index("ix_establishment_siret", "establishment", ["siret"])
    op.create_index("ix_establishment_department_category_code", "establishment", ["department", "category_code"])
    op.create_index("ix_establishment_search_text", "establishment", ["search_text"], postgresql_using="gin")


def _settle_register() -> None:
    """What an import must do to its tables at the end, and only an owner may; this function lends those two acts.

    Statistics, or the first preview would be planned for empty tables; and the search indexes' pending entries, which
    every search would otherwise read through until autovacuum comes by.
    """
    op.execute(
        "create function settle_register() returns void language plpgsql security definer set search_path = public "
        "as $$ begin "
        "perform gin_clean_pending_list('ix_legal_entity_search_text'); "
        "perform gin_clean_pending_list('ix_establishment_search_text'); "
        "analyze legal_entity; analyze establishment; "
        "end $$"
    )
    op.execute("revoke execute on function settle_register() from public")
    op.execute(f"grant execute on function settle_register() to {APP_ROLE}")
