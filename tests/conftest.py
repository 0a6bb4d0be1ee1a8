"""Fixtures of every test: a real PostgreSQL and Redis of the tests' own, and a database built by the migrations.

Nothing is rolled back and nothing is cleaned: each test makes its own tenant, and row-level security keeps tests apart
as it keeps tenants apart.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import embedded

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / ".crrc-test"
os.environ["CRRC_HOME"] = str(HOME)
for name in ("CRRC_DATABASE_URL", "CRRC_DATABASE_OWNER_URL", "CRRC_REDIS_URL", "CRRC_SMTP_URL", "CRRC_STORAGE_URL"):
    os.environ.pop(name, None)

pytest_plugins = ["tests.factories", "tests.people"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--rewrite-golden` writes docs/golden/ from what the code does now."""
    parser.addoption("--rewrite-golden", action="store_true", help="rewrite docs/golden/, to be read in review")


@pytest.fixture(scope="session")
def servers() -> embedded.Endpoints:
    """The tests' PostgreSQL (without fsync) and Valkey, started when first needed and left running."""
    return embedded.start(HOME, durable=False)


def _migrated_template(servers: embedded.Endpoints) -> str:
    """A database built by the migrations, made once for each state of the code that shapes it."""
    import psycopg

    from migrations import upgrade

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


@pytest.fixture(scope="session")
def database(servers: embedded.Endpoints) -> Iterator[str]:
    """A fresh migrated database for this session; this process and its children use it and a Redis database of theirs.

    Gives the superuser's URL of it, for tests that look behind the application's back.
    """
    from kit import db, queue
    from kit.settings import settings

    name = f"crrc_test_{os.getpid()}"
    embedded.fresh_database(servers.superuser_url, name, _migrated_template(servers))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRRC_DATABASE_URL", servers.database_url("crrc_app", name))
        patch.setenv("CRRC_DATABASE_OWNER_URL", servers.database_url("crrc_owner", name))
        patch.setenv("CRRC_REDIS_URL", servers.redis_url.replace("db=0", f"db={1 + os.getpid() % 15}"))
        settings.cache_clear()
        queue.redis().flushdb()
        yield servers.database_url("postgres", name)
        db.close_engine()
    settings.cache_clear()
    embedded.drop_database(servers.superuser_url, name)
