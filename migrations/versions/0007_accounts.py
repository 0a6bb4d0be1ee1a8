"""Accounts of providers, a second approval, a delay of acceptance, invitations that travel with a mail."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add columns with constant defaults (no rewrite), and checks that are validated apart from their lock."""
    op.execute("set local lock_timeout = '5s'")
    op.add_column("organisation", sa.Column("kind", sa.Text, nullable=False, server_default="legal_entity"))
    op.add_column(
        "organisation", sa.Column("second_approval", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.alter_column("organisation", "finess_ej", nullable=True)
    op.add_column("tenant", sa.Column("acceptance_days", sa.Integer, nullable=False, server_default=sa.text("15")))
    op.add_column("tenant", sa.Column("silence_accepts", sa.Boolean, nullable=False, server_default=sa.text("false")))
    op.add_column("notification", sa.Column("calendar", sa.Text))
    _check("organisation", "kind", "kind in ('legal_entity', 'provider')")
    _check("organisation", "finess_ej", "(kind = 'legal_entity') = (finess_ej is not null)")
    _check("tenant", "acceptance_days", "acceptance_days between 1 and 90")


def _check(table: str, name: str, condition: str) -> None:
    op.execute(f"alter table {table} add constraint ck_{table}_{name} check ({condition}) not valid")
    op.execute(f"alter table {table} validate constraint ck_{table}_{name}")
