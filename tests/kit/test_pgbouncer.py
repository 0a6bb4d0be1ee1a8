"""Through a real PgBouncer in transaction mode: two connections to PostgreSQL, many commands, nobody mixed up."""

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app import health
from app.subscriptions import SUBSCRIPTIONS
from kit import db, embedded
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.relay import relay
from kit.transaction import transaction
from tenants.models import Tenant
from tests.databases import turn
from tests.kit import pooler as poolers
from tests.kit.crew import PROJECT, crew, eventually
from tests.kit.pooler import Pooler, pooler

# What lives longer than a transaction. Migrations and backups do: they go to PostgreSQL directly, as other roles.
SESSION_LEVEL = re.compile(
    r"pg_(try_)?advisory_(un)?lock|with hold\b|set_config\([^)]*, *false\)|create temp(?!.*on commit drop)"
    r"|\A\s*(listen|unlisten|discard|prepare|deallocate|load|set (?!local |transaction )[a-z_. ]+ (=|to)) "
)
DIRECT = ("migrations/", "kit/embedded/", "app/keeping/", "app/citus.py")


@pytest.fixture(params=["plain", "prepared"])
def through(request: pytest.FixtureRequest, servers: embedded.Endpoints, database: str) -> Iterator[Pooler]:
    """This process's database, through PgBouncer; `prepared` where its version can."""
    if request.param == "prepared" and poolers.version() < poolers.FOLLOWS_PREPARED:
        pytest.skip(
            "Ce PgBouncer ne suit pas les instructions préparées\xa0: il faut la version 1.22 (CRRC_PGBOUNCER_BIN)."
        )
    embedded.provision(servers.superuser_url, embedded.DATABASE)
    with pooler(servers.superuser_url, connections=2) as made, pytest.MonkeyPatch.context() as patch:
        name = database.rpartition("/")[2].partition("?")[0]
        patch.setenv("CRRC_DATABASE_URL", made.url("crrc_app", name))
        patch.setenv("CRRC_PGBOUNCER", request.param)
        patch.setenv("CRRC_POOL_SIZE", "8")
        turn()
        yield made
    turn()


def test_many_commands_on_two_connections(through: Pooler, make_tenant: Callable[..., Tenant]) -> None:
    """Each sees its own tenant, whichever connection serves it: 8 of ours share 2 of PostgreSQL's."""
    tenants = [make_tenant() for _ in range(4)]

    def one(number: int) -> tuple[UUID, set[UUID]]:
        tenant = tenants[number % len(tenants)]
        with transaction(system(tenant.id, "t")) as tx:
            tx.emit("test.pooled", tenant.id, str(number))
            tx.due("test.pooled", tenant.id, tx.now, str(number))
            tx.audit("test.pooled", tenant.id)
        with transaction(system(tenant.id, "t"), snapshot=number % 3 == 0) as tx:
            return tenant.id, set(tx.session.scalars(select(OutboxMessage.subject_id)))

    with ThreadPoolExecutor(8) as hands:
        for ours, seen in hands.map(one, range(160)):
            assert seen == {ours}
    pools = [pool for pool in poolers.admin(through, "show servers") if pool[1] == "crrc_app"]
    assert 1 <= len(pools) <= 2


def test_nothing_is_left_for_the_next(through: Pooler, tenant: Tenant) -> None:
    """A connection that served a tenant serves nobody afterwards: without a tenant its tables raise."""
    with transaction(system(tenant.id, "t")) as tx:
        tx.emit("test.pooled", tenant.id)
    relay(SUBSCRIPTIONS, lambda *_: None)
    for _ in range(5):
        with db.engine().connect() as connection:
            assert connection.scalar(text("select current_user")) == "crrc_app"
            with pytest.raises(DBAPIError):
                connection.execute(text("select * from outbox_message")).all()


def test_the_limits_are_the_roles(through: Pooler) -> None:
    """What a connection cannot say of itself through a pooler. /readyz wants them."""
    with db.engine().connect() as connection:
        said = {name: connection.scalar(text(f"show {name}")) for name in ("statement_timeout", "lock_timeout")}
    assert said == {"statement_timeout": "1min", "lock_timeout": "15s"}
    assert all(check["ok"] for check in health.check().values()), health.check()


def test_a_pooler_that_comes_back(through: Pooler, tenant: Tenant) -> None:
    """What it held in its hand is refused; the next command is served by connections that are new."""
    with pytest.raises(OperationalError), transaction(system(tenant.id, "t")) as tx:
        tx.emit("test.lost", tenant.id)
        tx.session.flush()
        through.kill()
        tx.session.execute(text("select 1"))
    through.start()
    with transaction(system(tenant.id, "t")) as tx:
        assert tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "test.lost")).all() == []


def test_workers_through_it(through: Pooler, tenant: Tenant, tmp_path: Path) -> None:
    """Real processes; PgBouncer is restarted under them, and each piece of news arrives once."""
    with crew(tmp_path, **{key: os.environ[key] for key in ("CRRC_DATABASE_URL", "CRRC_PGBOUNCER")}) as hands:
        members = [hands.start("scheduler"), hands.start("worker"), hands.start("worker")]
        with transaction(system(tenant.id, "t")) as tx:
            for number in range(30):
                tx.emit("test.one", tenant.id, str(number))
        through.kill()
        through.start()
        with transaction(system(tenant.id, "t")) as tx:
            for number in range(30, 60):
                tx.emit("test.one", tenant.id, str(number))
        eventually(lambda: not _waiting(tenant))
        assert [member.poll() for member in members] == [None, None, None]
    with transaction(system(tenant.id, "t")) as tx:
        done = tx.session.scalars(text("select facts->>'key' from audit_line where action = 'test.done'")).all()
    assert sorted(done, key=int) == [str(number) for number in range(60)]


def _waiting(tenant: Tenant) -> int:
    with transaction(system(tenant.id, "t")) as tx:
        waiting = select(OutboxMessage.id).where(OutboxMessage.settled_at.is_(None))
        tx.session.execute(text("update outbox_message set relay_after = now() where settled_at is null"))
        return len(tx.session.scalars(waiting).all())


def test_no_statement_outlives_its_transaction() -> None:
    """Read in the strings of our code: what a session keeps would be found by somebody else."""
    found = []
    for path in sorted(PROJECT.glob("*/**/*.py")):
        name = str(path.relative_to(PROJECT))
        if name.startswith((".", "tests/", "bench/", "dist/", "node_modules/", *DIRECT)):
            continue
        for text_ in re.finditer(r"\"\"\"(.*?)\"\"\"|\"(.*?)\"", path.read_text(), re.DOTALL):
            if SESSION_LEVEL.search(text_[1] or text_[2] or ""):
                found.append(f"{name}: {text_[0]}")
    assert found == []
