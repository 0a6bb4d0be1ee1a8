"""What people want to be told, how and when; addresses that bounce."""

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Nothing yet."""
