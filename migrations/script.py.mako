"""${message}."""

import sqlalchemy as sa
from alembic import op

from kit.rls import protect, share

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}."""
