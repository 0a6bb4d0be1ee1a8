"""A mail may carry a file of the storage."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Two columns, empty for every mail so far: where the file is kept, and the name it leaves under."""
    op.add_column("notification", sa.Column("file_stored", sa.Text))
    op.add_column("notification", sa.Column("file_name", sa.Text))
    op.create_check_constraint("file", "notification", "(file_stored is null) = (file_name is null)")
