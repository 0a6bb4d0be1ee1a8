"""Every key of a tenant's table holds its tenant, so that a distributed PostgreSQL can keep it (docs/scale.md)."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """The new key first: what is unique stays so at every instant. Both tables are small: links live minutes."""
    for table in ("sign_in_link", "api_token"):
        op.create_unique_constraint(f"uq_{table}_tenant_id_digest", table, ["tenant_id", "digest"])
        op.drop_constraint(f"uq_{table}_digest", table)
