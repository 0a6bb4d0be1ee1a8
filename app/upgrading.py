"""The embedded database follows the code by itself. A real one waits for its operator: `crrc migrate`."""

from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from app.health import newest_migration


def bring_up_to_date(owner_url: str) -> None:
    """Migrate the database of this URL when it is behind the code; a few milliseconds when it is not."""
    if _current(owner_url) != newest_migration():
        from migrations import upgrade

        upgrade(owner_url)


def _current(url: str) -> str | None:
    """The database's version, None before its first migration."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            version: str | None = connection.execute(text("select version_num from alembic_version")).scalar()
            return version
    except ProgrammingError:
        return None
    finally:
        engine.dispose()
