"""The database's history: forward only, safe on a live database. `upgrade()` is the one door."""

from pathlib import Path

from alembic import command
from alembic.config import Config

HERE = Path(__file__).resolve().parent


def config(url: str) -> Config:
    """Alembic's configuration for the database at `url` (the owner's URL)."""
    settings = Config(str(HERE / "alembic.ini"))
    settings.set_main_option("script_location", str(HERE))
    settings.attributes["url"] = url
    return settings


def upgrade(url: str) -> None:
    """Bring the database at `url` (the owner's URL) to the newest version. Does nothing when it is there already."""
    command.upgrade(config(url), "head")
