"""Fixtures of every test: a real PostgreSQL and Redis of the tests' own, and a database built by the migrations.

Nothing is rolled back and nothing is cleaned: each test makes its own tenant, and row-level security keeps tests apart
as it keeps tenants apart.
"""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from kit import embedded

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / ".crrc-test"
os.environ["CRRC_HOME"] = str(HOME)
os.environ["CRRC_API_PER_MINUTE"] = "1000000"  # a test that is about limits sets its own
for name in ("CRRC_DATABASE_URL", "CRRC_DATABASE_OWNER_URL", "CRRC_REDIS_URL", "CRRC_SMTP_URL", "CRRC_STORAGE_URL"):
    os.environ.pop(name, None)

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# Files that take half a minute or more, and the folder of such files.
LONGEST = (
    "house/test_matrix.py",
    "house/test_fuzz.py",
    "journeys/",
    "app/test_first_command.py",
    "billing/test_killed_issuer.py",
    "infra/test_terraform.py",
    "app/test_backups.py",
    "app/test_tenant_restore.py",
    "kit/test_sentinel.py",
)

pytest_plugins = ["tests.databases", "tests.factories", "tests.people", "tests.real_data"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--rewrite-golden` writes docs/golden/ from what the code does now."""
    parser.addoption("--rewrite-golden", action="store_true", help="rewrite docs/golden/, to be read in review")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: stories wait for the processes that they start."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: else one process runs the last of them alone, while the others have nothing to do."""
    items.sort(key=lambda item: next((at for at, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST)))
    gc.freeze()  # ten thousand tests stay: no cycle is looked for among them


@pytest.fixture(scope="session")
def servers() -> embedded.Endpoints:
    """The tests' PostgreSQL (without fsync) and Valkey, started when first needed and left running."""
    return embedded.start(HOME, durable=False)


@pytest.fixture(scope="session")
def database(servers: embedded.Endpoints) -> Iterator[str]:
    """A fresh migrated database for this session; this process and its children use it and a Redis database of theirs.

    Gives the superuser's URL of it, for tests that look behind the application's back.
    """
    from kit import queue
    from tests.databases import own_database

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRRC_REDIS_URL", servers.redis_url.replace("db=0", f"db={_redis_number()}"))
        with own_database(servers, f"crrc_test_{os.getpid()}") as url:
            queue.redis().flushdb()
            yield url


def _redis_number() -> int:
    """A Redis database of this process's own: those of one run follow one another (Valkey has sixteen)."""
    part = os.environ.get("PYTEST_XDIST_WORKER", "")
    return 1 + (os.getppid() + int(part.removeprefix("gw")) if part else os.getpid()) % 15
