"""The whole way with real processes: outbox → relay → Redis → worker → listener, while things are killed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kit import queue
from kit.actor import operator, system
from kit.embedded import Endpoints, valkey
from kit.embedded.place import make, make_home, remove
from kit.outbox import OutboxMessage
from kit.pulse import list_pulses
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.kit.crew import Crew, Member, crew, eventually
from tests.kit.listeners import done

pytestmark = pytest.mark.usefixtures("own")

SUBJECT = UUID(int=7)


@pytest.fixture
def hands(database: str, tmp_path: Path) -> Iterator[Crew]:
    """A crew with the test's listeners, and no mail server."""
    queue.redis().flushdb()
    with crew(tmp_path, CRRC_SMTP_URL="null:") as hired:
        yield hired


def ask(tenant: Tenant, question: Callable[[Tx], list[str]]) -> list[str]:
    with transaction(system(tenant.id, "tests")) as tx:
        return question(tx)


def emit(tenant: Tenant, topic: str, count: int, key: str = "") -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        for number in range(count):
            tx.emit(topic, SUBJECT, key or str(number))


def unsettled(tenant: Tenant) -> int:
    with transaction(system(tenant.id, "tests")) as tx:
        waiting = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.settled_at.is_(None))
        return tx.session.scalar(waiting) or 0


def beating(members: list[Member]) -> list[dict[str, Any]]:
    """What the pulses of these processes say."""
    with transaction(operator("tests")) as tx:
        pulses = list_pulses(tx.session)
    return [pulse.facts for pulse in pulses for member in members if pulse.process.endswith(f":{member.pid}")]


def let_time_pass(tenant: Tenant) -> None:
    """The next ring of what is not settled comes now."""
    with transaction(system(tenant.id, "tests")) as tx:
        for message in tx.session.scalars(select(OutboxMessage).where(OutboxMessage.settled_at.is_(None))):
            message.relay_after = tx.now


def test_news_reach_their_listeners_once(tenant: Tenant, hands: Crew) -> None:
    """Two workers, two schedulers: each message once for each listener, each deadline once; they end when told to."""
    members = [hands.start(what) for what in ("worker", "worker", "scheduler", "scheduler")]
    with transaction(system(tenant.id, "tests")) as tx:
        for hours in range(168, 0, -4):
            tx.due("test.deadline", SUBJECT, tx.now - timedelta(hours=hours), key=f"due-{hours}")
    emit(tenant, "test.two", 60)
    eventually(lambda: unsettled(tenant) == 0 and len(ask(tenant, done)) >= 60 + 42)
    keys = ask(tenant, done)
    assert sorted(key for key in keys if not key.startswith("due")) == sorted(map(str, range(60)))
    assert sorted(key for key in keys if key.startswith("due")) == sorted(f"due-{h}" for h in range(168, 0, -4))
    assert len(ask(tenant, lambda tx: done(tx, "test.done_too"))) == 60
    assert [facts.get("fault") for facts in beating(members)] == [None] * 4
    assert [member.stop() for member in members] == [0, 0, 0, 0]
    assert beating(members) == []


def test_a_listener_that_fails_is_tried_again(tenant: Tenant, hands: Crew) -> None:
    """Two failures, then done, once; the other news did not wait."""
    emit(tenant, "test.stumble", 1, key="2")
    emit(tenant, "test.one", 1, key="easy")
    hands.start("worker")
    hands.start("scheduler")
    eventually(lambda: ask(tenant, done) == ["easy"])
    eventually(lambda: len(list(hands.folder.glob("tries-*"))) == 1)
    let_time_pass(tenant)
    eventually(lambda: let_time_pass(tenant) or ask(tenant, done) == ["easy", "2"], pause=0.5)
    eventually(lambda: unsettled(tenant) == 0)


def test_redis_flushed_between_relay_and_execution(tenant: Tenant, hands: Crew) -> None:
    """Every bell is lost; the sweep rings again; nothing is missing, nothing is done twice."""
    emit(tenant, "test.one", 30)
    scheduler = hands.start("scheduler")
    eventually(lambda: len(queue.queue()) >= 30)
    scheduler.kill()
    queue.redis().flushdb()
    hands.start("worker")
    hands.start("scheduler")
    let_time_pass(tenant)
    eventually(lambda: unsettled(tenant) == 0)
    assert sorted(ask(tenant, done)) == sorted(map(str, range(30)))


def test_a_worker_killed_at_work_leaves_nothing_undone(tenant: Tenant, hands: Crew) -> None:
    """Its successor does what it had not committed, and nothing of the rest again."""
    emit(tenant, "test.one", 200)
    hands.start("scheduler")
    for share in (20, 80, 140):
        worker = hands.start("worker")
        eventually(lambda share=share: len(ask(tenant, done)) >= share)  # type: ignore[misc]
        worker.kill()
    hands.start("worker")
    eventually(lambda: let_time_pass(tenant) or unsettled(tenant) == 0, pause=0.5)
    assert sorted(ask(tenant, done)) == sorted(map(str, range(200)))


def test_nobody_starts_with_a_powerful_role(database: str, hands: Crew) -> None:
    """As superuser or owner, row-level security would not hold."""
    hands.environment["CRRC_DATABASE_URL"] = database
    for what in ("worker", "scheduler"):
        member = hands.start(what)
        assert member.wait() != 0
        assert "row-level security" in hands.log(what)


def test_redis_stopped_and_back(tenant: Tenant, tmp_path: Path, servers: Endpoints) -> None:
    """News wait and pulses say why; when Redis is back, empty, everything leaves. Only who was told to has ended."""
    make_home(tmp_path / "home")
    place = make(tmp_path / "home")
    valkey.start(place)
    url = Endpoints(place.run).redis_url
    try:
        with crew(tmp_path, CRRC_SMTP_URL="null:", CRRC_REDIS_URL=url) as hands:
            members = [hands.start("scheduler"), hands.start("worker"), hands.start("worker")]
            emit(tenant, "test.one", 3)
            eventually(lambda: unsettled(tenant) == 0)
            valkey.stop(place)
            emit(tenant, "test.one", 3, key="later")
            eventually(lambda: {facts["fault"] for facts in beating(members)} == {"Redis ne répond pas"})
            eventually(lambda: "ConnectionError" in str(beating(members[:1])))
            assert unsettled(tenant) == 3
            assert members.pop().stop() == 0
            (place.folder / "valkey").rename(place.folder / "lost")
            valkey.start(place)
            eventually(lambda: unsettled(tenant) == 0)
            assert sorted(ask(tenant, done)) == ["0", "1", "2", *["later"] * 3]
            assert [member.poll() for member in members] == [None, None]
    finally:
        valkey.stop(place)
        remove(tmp_path / "home")
