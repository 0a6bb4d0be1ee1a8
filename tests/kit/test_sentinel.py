"""Redis is lost for good, and the Sentinels name another: nothing is lost, nothing is done twice, nobody restarts."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.exceptions import RedisError
from sqlalchemy import select, text

from kit import limits, queue
from kit.actor import system
from kit.errors import Invalid
from kit.outbox import OutboxMessage
from kit.redis_server import read_address
from kit.settings import settings
from kit.transaction import transaction
from tenants.models import Tenant
from tests.kit.crew import crew, eventually
from tests.kit.listeners import done
from tests.kit.sentinels import Valkey, Watched, watched


@pytest.fixture
def redis(database: str) -> Iterator[Watched]:
    """This process and its children use a Redis that Sentinels watch."""
    with watched() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRRC_REDIS_URL", made.url)
        turn()
        yield made
    turn()


def turn() -> None:
    """From now on, what the environment says."""
    settings.cache_clear()
    for one in (queue.redis, queue.queue, limits.counters):
        one.cache_clear()


def emit(tenant: Tenant, numbers: range) -> None:
    with transaction(system(tenant.id, "t")) as tx:
        for number in numbers:
            tx.emit("test.one", tenant.id, str(number))


def settled(tenant: Tenant) -> bool:
    """Whether all of it is done; what was relayed to a Redis that is gone is relayed again."""
    with transaction(system(tenant.id, "t")) as tx:
        tx.session.execute(text("update outbox_message set relay_after = now() where settled_at is null"))
        return not tx.session.scalars(select(OutboxMessage.id).where(OutboxMessage.settled_at.is_(None))).all()


def test_a_primary_that_dies(redis: Watched, tenant: Tenant, tmp_path: Path) -> None:
    """Workers, the scheduler and this process go on with the replica that was promoted."""
    queue.redis().set("crrc:test", 1)
    first = redis.primary()
    with crew(tmp_path, CRRC_REDIS_URL=redis.url) as hands:
        members = [hands.start("scheduler"), hands.start("worker"), hands.start("worker")]
        emit(tenant, range(20))
        eventually(lambda: settled(tenant))
        first.kill()
        lost = time.monotonic()
        emit(tenant, range(20, 40))
        eventually(lambda: _answers(), 60)
        seconds = time.monotonic() - lost
        assert redis.primary() is not first
        eventually(lambda: settled(tenant))
        assert [member.poll() for member in members] == [None, None, None]
        first.start()  # comes back, and is told that it is a replica now
        eventually(lambda: _is_replica(first))
        emit(tenant, range(40, 50))
        eventually(lambda: settled(tenant))
    with transaction(system(tenant.id, "t")) as tx:
        assert sorted(done(tx), key=int) == [str(number) for number in range(50)]
    assert seconds < 30


def _is_replica(server: Valkey) -> bool:
    found = server.says("role")
    return isinstance(found, list) and found[0] in (b"slave", "slave")


def _answers() -> bool:
    try:
        return bool(queue.redis().set("crrc:test", 2))
    except RedisError:
        return False


def test_a_sentinel_that_is_away(redis: Watched) -> None:
    """The first that answers is believed."""
    redis.sentinels[0].kill()
    turn()
    assert queue.redis().set("crrc:test", 3)
    assert limits.counters().incr("crrc:test") == 4


def test_a_sentinel_that_is_silent_is_asked_once() -> None:
    """redis-py asks ten times unless it is told not to, and a page would wait each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRRC_REDIS_URL", "redis+sentinel://127.0.0.1:1,127.0.0.1:2/crrc")
        turn()
        known = limits.counters().connection_pool.sentinel_manager.sentinels
        assert [one.get_retry().get_retries() for one in known] == [0, 0]
        with pytest.raises(RedisError):
            queue.redis().ping()
    turn()


@pytest.mark.parametrize(
    ("address", "hosts", "name", "own"),
    [
        ("redis+sentinel://a,b:7,[::1]:8/crrc", [("a", 26379), ("b", 7), ("::1", 8)], "crrc", {"db": 0}),
        ("redis+sentinel://:p%40s@a/x?db=3", [("a", 26379)], "x", {"db": 3, "password": "p@s"}),
        ("rediss+sentinel://u:p@a/x", [("a", 26379)], "x", {"ssl": True, "username": "u", "password": "p"}),
    ],
)
def test_an_address_is_read(address: str, hosts: object, name: str, own: dict[str, object]) -> None:
    found = read_address(address)
    assert (found[0], found[1]) == (hosts, name)
    assert own.items() <= found[2].items()


def test_the_sentinels_have_a_password_of_their_own() -> None:
    assert read_address("redis+sentinel://:a@h/x?sentinel_password=b")[3] == {"password": "b"}


@pytest.mark.parametrize("tail", ["", "a", "a/", "a,/x", "a:b/x", "a/x?db=x", "a/x/y", "a/x?ssl=1"])
def test_an_address_that_is_none_is_said(tail: str) -> None:
    with pytest.raises(Invalid, match="CRRC_REDIS_URL"):
        read_address(f"redis+sentinel://{tail}")
