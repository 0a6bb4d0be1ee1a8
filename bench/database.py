"""A fresh, migrated database for a measure, on an embedded PostgreSQL of the benchmarks' own."""

from pathlib import Path

from kit import embedded
from migrations import upgrade

HOME = Path(__file__).resolve().parent.parent / ".crrc-bench"


def stop(home: Path = HOME) -> None:
    """Stop the benchmarks' servers; their files stay, for the next run."""
    embedded.stop(home)


def fresh(name: str, home: Path = HOME) -> dict[str, str]:
    """Make the database `name` anew; returns the environment a process needs to work in it."""
    servers = embedded.start(home)
    embedded.fresh_database(servers.superuser_url, name)
    upgrade(servers.database_url("crrc_owner", name))
    return {
        "CRRC_HOME": str(home),
        "CRRC_DATABASE_URL": servers.database_url("crrc_app", name),
        "CRRC_DATABASE_OWNER_URL": servers.database_url("crrc_owner", name),
        "CRRC_REDIS_URL": servers.redis_url,
    }
