"""The operator of the installation reads no file."""

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Nothing yet."""
