"""Addresses of the embedded servers."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE = "crrc"
SUPERUSER = "postgres"
POSTGRES_PORT = 5432  # names the socket's file; nothing listens on the network


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Both servers listen on sockets in the folder `run`, which only their owner (and root) can enter."""

    run: Path

    def database_url(self, role: str, database: str = DATABASE) -> str:
        """SQLAlchemy URL of `database` as `role`: crrc_app, crrc_owner or postgres (superuser)."""
        host = quote(str(self.run), safe="")
        return f"postgresql+psycopg://{role}@/{database}?host={host}&port={POSTGRES_PORT}"

    @property
    def superuser_url(self) -> str:
        """SQLAlchemy URL of the server's own database, as superuser."""
        return self.database_url(SUPERUSER, "postgres")

    @property
    def redis_socket(self) -> Path:
        return self.run / "valkey.sock"

    @property
    def redis_url(self) -> str:
        """redis-py URL of database 0."""
        return f"unix://{quote(str(self.redis_socket))}?db=0"
