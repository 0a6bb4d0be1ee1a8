"""A real streaming replica is read when it holds what was committed; away, late or promoted, the primary answers."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from kit import db, embedded
from kit import replica as replicas
from kit.actor import operator, system
from kit.embedded import place as places
from kit.embedded.provision import conninfo
from kit.outbox import OutboxMessage
from kit.settings import settings
from kit.transaction import transaction
from migrations import upgrade
from tests.kit.replica import Replica, replica

TENANT, OTHER = UUID(int=23), UUID(int=24)


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, embedded.Endpoints]]:
    """Servers of the module's own, which write to the disk before they say so."""
    home = tmp_path_factory.mktemp("primary") / "home"
    endpoints = embedded.start(home)
    try:
        upgrade(endpoints.database_url("crrc_owner"))
        with psycopg.connect(conninfo(endpoints.database_url("crrc_owner"))) as connection:
            for number, tenant in enumerate((TENANT, OTHER)):
                connection.execute(
                    "insert into tenant (id, slug, name, ars, region_code, zone, colour, contact_email, created_at) "
                    "values (%s, %s, 'e-santé', 'ARS', '53', 'Europe/Paris', '#0b4f6c', 'contact@crrc.invalid', now())",
                    [tenant, f"portail-{number}"],
                )
        yield home, endpoints
    finally:
        embedded.reset(home)


@pytest.fixture
def copy(primary: tuple[Path, embedded.Endpoints], monkeypatch: pytest.MonkeyPatch) -> Iterator[Replica]:
    """This process uses the primary, and the replica of it."""
    home, endpoints = primary
    place = places.find(home.resolve())
    assert place
    with replica(place, endpoints.superuser_url) as made:
        monkeypatch.setenv("CRRC_DATABASE_URL", endpoints.database_url("crrc_app"))
        monkeypatch.setenv("CRRC_DATABASE_REPLICA_URL", made.url("crrc_app", embedded.DATABASE))
        turn()
        yield made
        monkeypatch.undo()
        turn()


def turn() -> None:
    """From now on, what the environment says."""
    db.close_engine()
    replicas.close()
    settings.cache_clear()


def emit(key: str, tenant: UUID = TENANT) -> None:
    with transaction(system(tenant, "t")) as tx:
        tx.emit("test.copied", tenant, key)


def read(snapshot: bool = False) -> tuple[bool, list[str]]:
    """Whether a replica answered, and what."""
    with transaction(system(TENANT, "t"), snapshot, replica=True) as tx:
        keys = tx.session.scalars(select(OutboxMessage.key).order_by(OutboxMessage.id)).all()
        return bool(tx.session.scalar(text("select pg_is_in_recovery()"))), list(keys)


def test_what_was_just_written_is_read_there(copy: Replica) -> None:
    """A hundred times: never an older world; and behind the tenant's wall."""
    emit("secret", OTHER)
    for number in range(100):
        emit(str(number))
        is_replica, keys = read(snapshot=number % 2 == 0)
        assert is_replica
        assert keys[-1] == str(number)
        assert "secret" not in keys
    with pytest.raises(DBAPIError), transaction(operator("t"), replica=True) as tx:
        tx.session.scalars(select(OutboxMessage)).all()


@pytest.mark.parametrize("is_there", [True, False])
def test_nothing_is_written_there(copy: Replica, is_there: bool) -> None:
    """Nor on the primary, when it answers instead: a command behaves the same with and without a replica."""
    if not is_there:
        copy.stop()
    with pytest.raises(DBAPIError, match="read-only"), transaction(system(TENANT, "t"), replica=True) as tx:
        tx.audit("test.written", TENANT)
    if not is_there:
        copy.start()


def test_one_that_is_late_is_not_read(copy: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given a second, then left alone for a while, and read again once it has caught up."""
    copy.says("select pg_wal_replay_pause()")
    emit("late")
    before = time.monotonic()
    with capture_logs() as said:
        assert read()[0] is False
        assert read()[1][-1] == "late"
    assert 1 < time.monotonic() - before < 1.9
    assert [(one["event"], one["found"]) for one in said] == [("replica", "late")]
    assert replicas.standing() == "late"
    copy.says("select pg_wal_replay_resume()")
    monkeypatch.setattr(replicas._standing, "not_before", 0.0)
    assert read()[0] is True
    assert replicas.standing() == "read"


def test_one_that_is_away_costs_little(copy: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    """The primary answers; it is looked for again later."""
    emit("away")
    assert read()[0] is True
    copy.stop()
    before = time.monotonic()
    for _ in range(20):
        assert read() == (False, read()[1])
    assert time.monotonic() - before < 3
    assert replicas.standing() == "away"
    copy.start()
    monkeypatch.setattr(replicas._standing, "not_before", 0.0)
    emit("back")
    assert read()[0] is True


def test_one_that_was_promoted_is_not_read(copy: Replica) -> None:
    """It lives in a world of its own now."""
    copy.promote()
    emit("promoted")
    assert read()[1][-1] == "promoted"
    assert replicas.standing() == "promoted"


def test_the_copy_of_another_server_is_not_read(
    copy: Replica, servers: embedded.Endpoints, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its address was thought to be."""
    name = database.rpartition("/")[2].partition("?")[0]
    monkeypatch.setenv("CRRC_DATABASE_REPLICA_URL", servers.database_url("crrc_app", name))
    turn()
    emit("other")
    assert read()[1][-1] == "other"
    assert replicas.standing() == "other"
