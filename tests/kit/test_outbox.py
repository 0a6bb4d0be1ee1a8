"""News and deadlines: each listener once, each deadline once, in order; nothing lost when something fails."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from kit import clock, relay
from kit.actor import system
from kit.outbox import Deadline, OutboxMessage
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.kit.listeners import LISTENERS, done, note, note_too, stumble

pytestmark = pytest.mark.usefixtures("own")

SUBJECT = UUID(int=7)


def emit(tenant: Tenant, topic: str, *keys: str) -> list[UUID]:
    """Tell some news; returns the messages."""
    with transaction(system(tenant.id, "tests")) as tx:
        for key in keys:
            tx.emit(topic, SUBJECT, key)
    with transaction(system(tenant.id, "tests")) as tx:
        of_topic = select(OutboxMessage.id).where(OutboxMessage.topic == topic)
        return list(tx.session.scalars(of_topic.order_by(OutboxMessage.id)))


def messages(tenant: Tenant) -> list[OutboxMessage]:
    """Every message, in order."""
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def in_tenant(tenant: Tenant, ask: Callable[[Tx], list[str]]) -> list[str]:
    """Ask in a transaction."""
    with transaction(system(tenant.id, "tests")) as tx:
        return ask(tx)


def relayed(tenant: Tenant, limit: int = 500) -> list[tuple[UUID, str]]:
    """What a pass of the relay rings for this tenant."""
    rung: list[tuple[UUID, UUID, str]] = []
    relay.relay(LISTENERS, lambda *bell: rung.append(bell), limit)
    return [(message_id, listener) for tenant_id, message_id, listener in rung if tenant_id == tenant.id]


def test_delivered_twice_is_done_once(tenant: Tenant) -> None:
    """The ledger line and the effect commit together."""
    (message_id,) = emit(tenant, "test.one", "a")
    name = relay.listener_name(note)
    assert relay.deliver(LISTENERS, tenant.id, message_id, name) is True
    assert relay.deliver(LISTENERS, tenant.id, message_id, name) is False
    assert in_tenant(tenant, done) == ["a"]
    assert messages(tenant)[0].settled_at is not None


def test_delivered_by_eight_at_once_is_done_once(tenant: Tenant) -> None:
    """Redis rang eight times."""
    (message_id,) = emit(tenant, "test.one", "a")
    with ThreadPoolExecutor(4) as pool:
        deliver = lambda _: relay.deliver(LISTENERS, tenant.id, message_id, relay.listener_name(note))  # noqa: E731
        assert sorted(pool.map(deliver, range(8))) == [False] * 7 + [True]
    assert in_tenant(tenant, done) == ["a"]


def test_a_message_is_settled_by_its_last_listener(tenant: Tenant) -> None:
    """Not by the first: the second's bell may be lost."""
    (message_id,) = emit(tenant, "test.two", "a")
    relay.deliver(LISTENERS, tenant.id, message_id, relay.listener_name(note_too))
    assert messages(tenant)[0].settled_at is None
    relay.deliver(LISTENERS, tenant.id, message_id, relay.listener_name(note))
    assert messages(tenant)[0].settled_at is not None


def test_a_listener_that_was_removed_does_not_keep_a_message_due(tenant: Tenant) -> None:
    """A deployment took one away while its bell was lost."""
    (message_id,) = emit(tenant, "test.two", "a")
    relay.deliver(LISTENERS, tenant.id, message_id, relay.listener_name(note))
    assert relay.deliver({"test.two": [note]}, tenant.id, message_id, relay.listener_name(note)) is False
    assert messages(tenant)[0].settled_at is not None


def test_a_listener_that_fails_leaves_nothing_and_stays_due(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """Neither its effect nor its ledger line."""
    monkeypatch.setenv("TEST_FOLDER", str(tmp_path))
    (message_id,) = emit(tenant, "test.stumble", "1")
    name = relay.listener_name(stumble)
    with pytest.raises(RuntimeError):
        relay.deliver(LISTENERS, tenant.id, message_id, name)
    assert in_tenant(tenant, done) == []
    assert messages(tenant)[0].settled_at is None
    assert relay.deliver(LISTENERS, tenant.id, message_id, name) is True
    assert in_tenant(tenant, done) == ["1"]


def test_on_a_host_whose_clock_is_behind_it_is_at_least_the_hour_of_the_news(tenant: Tenant) -> None:
    """What has come due for one host would not be due yet for another, whose answer would settle it."""
    (message_id,) = emit(tenant, "test.one", "a")
    seen = []

    def look(tx: Tx, message: OutboxMessage) -> None:
        seen.append(tx.now - message.emitted_at)

    with clock.frozen(clock.now() - timedelta(hours=1)):
        relay.deliver({"test.one": [look]}, tenant.id, message_id, relay.listener_name(look))
    assert seen == [timedelta(0)]


def test_the_relay_rings_in_order_and_again_later_each_time(tenant: Tenant) -> None:
    """20 s, then 40 s: a lost bell is rung again, a slow worker is not buried."""
    ids = emit(tenant, "test.one", "a", "b", "c")
    now = clock.now() + timedelta(seconds=1)
    with clock.frozen(now):
        assert [message_id for message_id, _ in relayed(tenant)] == ids
        assert relayed(tenant) == []
    for seconds, rung in [(19, 0), (21, 3), (59, 0), (62, 3)]:
        with clock.frozen(now + timedelta(seconds=seconds)):
            assert len(relayed(tenant)) == rung


def test_news_that_nobody_listens_to_is_settled(tenant: Tenant) -> None:
    """By the relay, at once."""
    emit(tenant, "test.nobody", "a")
    assert relayed(tenant) == []
    assert messages(tenant)[0].settled_at is not None


def test_a_bell_that_cannot_be_rung_leaves_everything_due(tenant: Tenant) -> None:
    """Redis is away in the middle of a pass: nothing is thought to be rung."""
    emit(tenant, "test.one", "a", "b", "c")
    before = [message.relay_after for message in messages(tenant)]
    rung: list[str] = []

    def ring(tenant_id: UUID, message_id: UUID, listener: str) -> None:
        rung.append(listener)
        if len(rung) == 2:
            raise ConnectionError("Redis is away")

    with pytest.raises(ConnectionError):
        relay.relay(LISTENERS, ring)
    assert [(message.relay_after, message.relays) for message in messages(tenant)] == [(at, 0) for at in before]


def test_two_relays_at_once_share_the_messages(tenant: Tenant) -> None:
    """Row locks, skipped."""
    emit(tenant, "test.one", *map(str, range(40)))
    with ThreadPoolExecutor(4) as pool:
        passes = list(pool.map(lambda _: relayed(tenant, 10), range(4)))
    rung = [bell for bells in passes for bell in bells]
    assert len(rung) == len(set(rung))


def test_a_week_of_deadlines_fires_once_in_order(tenant: Tenant) -> None:
    """« Due and not done », never « = today »: the ticker was down for a week."""
    now = clock.now()
    with transaction(system(tenant.id, "tests")) as tx:
        for hours in (1, 100, 24, 168, 3):
            tx.due("test.deadline", SUBJECT, now - timedelta(hours=hours), key=str(hours))
        tx.due("test.deadline", SUBJECT, now + timedelta(hours=1), key="later")
    assert relay.fire_due(tenant.id) == 5
    assert relay.fire_due(tenant.id) == 0
    assert [message.key for message in messages(tenant)] == ["168", "100", "24", "3", "1"]


def test_four_tickers_fire_each_deadline_once(tenant: Tenant) -> None:
    """Whoever holds the row fires it."""
    now = clock.now()
    with transaction(system(tenant.id, "tests")) as tx:
        for number in range(60):
            tx.due("test.deadline", SUBJECT, now - timedelta(seconds=number), key=str(number))
    with ThreadPoolExecutor(4) as pool:
        fired = list(pool.map(lambda _: relay.fire_due(tenant.id, 20), range(12)))
    assert sum(fired) == 60
    assert sorted(int(message.key) for message in messages(tenant)) == list(range(60))


def test_a_deadline_that_moved_is_due_again(tenant: Tenant) -> None:
    """An extension: the same row, another instant, not done any more; set twice alike, it stays done."""
    now = clock.now()
    for at in (now - timedelta(hours=2), now - timedelta(hours=2), now - timedelta(hours=1)):
        with transaction(system(tenant.id, "tests")) as tx:
            tx.due("test.deadline", SUBJECT, at)
        relay.fire_due(tenant.id)
    with transaction(system(tenant.id, "tests")) as tx:
        assert len(tx.session.scalars(select(Deadline)).all()) == 1
    assert len(messages(tenant)) == 2
