"""Databases built by the migrations: a template made once for each state of the code, copied for whoever needs one."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from kit import db, embedded
from kit.settings import settings
from migrations import upgrade

PROJECT = Path(__file__).resolve().parent.parent


@contextmanager
def own_database(servers: embedded.Endpoints, name: str) -> Iterator[str]:
    """A fresh migrated database that this process and its children use meanwhile; gives the superuser's URL of it."""
    embedded.fresh_database(servers.superuser_url, name, _template(servers))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRRC_DATABASE_URL", servers.database_url("crrc_app", name))
        patch.setenv("CRRC_DATABASE_OWNER_URL", servers.database_url("crrc_owner", name))
        turn()
        yield servers.database_url("postgres", name)
    turn()
    embedded.drop_database(servers.superuser_url, name)


@pytest.fixture(scope="module")
def own(servers: embedded.Endpoints, database: str) -> Iterator[str]:
    """A database of the module's own, for tests of processes that serve every region: others left theirs behind."""
    with own_database(servers, f"crrc_own_{os.getpid()}") as url:
        yield url


def turn() -> None:
    """From now on, the database that the environment names."""
    db.close_engine()
    settings.cache_clear()


def _template(servers: embedded.Endpoints) -> str:
    sources = sorted([*(PROJECT / "migrations").rglob("*.py"), PROJECT / "kit/rls.py"])
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    name = f"crrc_template_{digest}"
    with psycopg.connect(servers.superuser_url.replace("+psycopg", ""), autocommit=True) as server:
        server.execute("select pg_advisory_lock(720701)")
        if not server.execute("select from pg_database where datname = %s", [name]).rowcount:
            embedded.fresh_database(servers.superuser_url, f"{name}_draft")
            upgrade(servers.database_url("crrc_owner", f"{name}_draft"))
            server.execute(f"alter database {name}_draft rename to {name}")
    return name
