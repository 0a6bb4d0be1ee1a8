"""Webhooks on their way: order, retries, replays, workers that die; a listener on a real wire believes only its own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.topics import TOPICS
from kit import clock
from kit.actor import Actor, operator, system
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from notifications.jobs.webhooks import WEBHOOKS, tell_pause
from notifications.models import Notification, WebhookDelivery, WebhookEndpoint
from notifications.service import webhook, webhook_log
from notifications.service.retention import EXPIRING
from notifications.service.webhook_sending import LEASE
from tenants.models import Tenant
from tests.notifications.listener import Listener, a_listener
from tests.notifications.post import free_port

KNOWN = {topic: sentence for topics in TOPICS.values() for topic, sentence in topics.items()}
TOLD = ["candidacy.submit", "candidacy.withdraw"]


@pytest.fixture
def listener(database: str) -> Iterator[Listener]:
    """Its clock follows ours wherever a test freezes it."""
    with a_listener() as found:
        found.tolerance = float("inf")
        yield found


@pytest.fixture
def boss(tenant: Tenant) -> Actor:
    return operator("tests", tenant.id)


def listens(boss: Actor, listener: Listener, topics: list[str] = TOLD, url: str | None = None) -> WebhookEndpoint:
    """An endpoint of the listener's."""
    endpoint, secret = webhook.create_endpoint(boss, "Entrepôt", url or listener.url, topics, known_topics=KNOWN)
    listener.secrets.append(secret)
    return endpoint


def happens(tenant: Tenant, topic: str, subject: UUID | None = None) -> str:
    """Something happens; the identifier of its subject."""
    subject = subject or uuid4()
    with transaction(system(tenant.id, "tests")) as tx:
        tx.emit(topic, subject)
    return str(subject)


def send(tenant: Tenant) -> int:
    """What a worker does when it is called."""
    return WEBHOOKS.run(tenant.id, lambda: False)


def log(boss: Actor, endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
    """The log, the oldest first."""
    return list(webhook_log.list_deliveries(boss, endpoint.id))[::-1]


def later(**by: float) -> datetime:
    return clock.now() + timedelta(**by)


def test_news_arrives_signed_in_order_and_once(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    listener.tolerance = 5
    happens(tenant, "candidacy.submit")  # before anybody listened
    endpoint = listens(boss, listener)
    told = [(topic, happens(tenant, topic)) for topic in TOLD * 3]
    happens(tenant, "order.place")  # not asked for
    assert WEBHOOKS.wanted(tenant.id) == 1
    assert send(tenant) == 6
    assert listener.told == told
    assert listener.refused == []
    assert WEBHOOKS.wanted(tenant.id) == send(tenant) == 0
    first = listener.heard[0].body
    assert first.keys() == {"type", "timestamp", "data"}
    assert first["data"] == {"id": told[0][1], "portal": tenant.slug}
    assert {(one.state, one.status, one.attempts) for one in log(boss, endpoint)} == {("delivered", 204, 1)}


def test_nothing_is_asked_of_those_who_listen_to_nothing(tenant: Tenant, statements: list[str]) -> None:
    happens(tenant, "candidacy.submit")
    statements.clear()
    assert WEBHOOKS.wanted(tenant.id) == 0
    assert len(statements) == 1  # whether anybody waits


def test_the_head_of_the_line_holds_the_others_until_it_passes(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    endpoint = listens(boss, listener)
    told = [(topic, happens(tenant, topic)) for topic in TOLD]
    listener.answers = [500, 503, 302]
    for minutes in (0, 0.5, 1.1, 3.3):
        with clock.frozen(later(minutes=minutes)):
            send(tenant)
            assert WEBHOOKS.wanted(tenant.id) == 0
    assert [one[1] for one in listener.told] == [told[0][1]] * 3, "at once, a minute later, two minutes later"
    assert len(set(listener.ids)) == 1
    (head, second) = log(boss, endpoint)
    assert (head.state, head.attempts, second.attempts) == ("due", 3, 0)
    assert "autre adresse" in head.fault
    with clock.frozen(later(minutes=9)):
        assert send(tenant) == 2
    assert listener.told[-2:] == told


def test_one_endpoint_in_trouble_holds_no_other(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    listens(boss, listener, url=f"http://127.0.0.1:{free_port()}/")
    listens(boss, listener)
    told = [(topic, happens(tenant, topic)) for topic in TOLD]
    assert WEBHOOKS.wanted(tenant.id) == 2
    assert send(tenant) == 3
    assert listener.told == told


def test_it_is_tried_for_three_days_then_paused_and_the_grades_is_told(
    tenant: Tenant, boss: Actor, listener: Listener
) -> None:
    from tenants.service.role import grant_role

    grant_role(boss, f"chef@{tenant.slug}.fr", "grades_manager")
    endpoint = listens(boss, listener)
    subject = happens(tenant, "candidacy.submit")
    listener.answers = [500] * 100
    begun, tries = clock.now(), []
    at = begun
    while at < begun + timedelta(days=4):
        with clock.frozen(at):
            tries += [at] * send(tenant)
        at += timedelta(minutes=10)
    assert tries[-1] - begun >= timedelta(days=3)
    assert 18 <= len(tries) <= 24
    assert max(after - before for before, after in pairwise(tries)) <= timedelta(hours=6.2)
    paused = webhook.view_endpoint(boss, endpoint.id)
    assert (paused.endpoint.state, paused.waiting) == ("paused", 1)
    assert "500" in paused.endpoint.pause_reason
    with transaction(system(tenant.id, "tests")) as tx:
        message = tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "webhook_endpoint.pause")).one()
        tell_pause(tx, message)
        tell_pause(tx, message)
    with transaction(system(tenant.id, "tests")) as tx:
        (notice,) = tx.session.scalars(
            select(Notification).where(Notification.template == "notifications/webhook_paused")
        )
        assert "Entrepôt" in notice.title
    listener.answers, listener.heard = [], []
    webhook.resume_endpoint(boss, endpoint.id)
    assert send(tenant) == 1
    assert listener.told == [("candidacy.submit", subject)]


def test_who_is_gone_is_paused_at_once_and_who_asks_to_wait_is_left_alone(
    tenant: Tenant, boss: Actor, listener: Listener
) -> None:
    endpoint = listens(boss, listener)
    happens(tenant, "candidacy.submit")
    listener.answers = [{"status": 429, "Retry-After": "3600"}, {"status": 503, "Retry-After": "999999"}, 410]
    send(tenant)
    with clock.frozen(later(minutes=59)):
        assert send(tenant) == 0
    with clock.frozen(later(minutes=61)):
        assert send(tenant) == 1
    with clock.frozen(later(hours=7.1)):
        assert send(tenant) == 1, "never more than six hours"
    found = webhook.view_endpoint(boss, endpoint.id).endpoint
    assert (found.state, "410" in found.pause_reason) == ("paused", True)


def test_a_worker_that_died_after_the_answer_is_replaced_and_says_the_same_number(
    tenant: Tenant, boss: Actor, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listener knows by the number that it heard this already."""
    listens(boss, listener)
    told = [(topic, happens(tenant, topic)) for topic in TOLD]

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("notifications.service.webhook_sending._settle", die)
        with pytest.raises(KeyboardInterrupt):
            send(tenant)
    assert WEBHOOKS.wanted(tenant.id) == send(tenant) == 0, "still in the dead hand"
    with clock.frozen(later(seconds=LEASE.total_seconds() + 1)):
        assert WEBHOOKS.wanted(tenant.id) == 1
        assert send(tenant) == 2
    assert listener.told == [told[0], *told]
    assert listener.ids[0] == listener.ids[1] != listener.ids[2]


def test_many_workers_tell_an_endpoint_each_piece_once_in_order(
    tenant: Tenant, boss: Actor, listener: Listener
) -> None:
    listens(boss, listener)
    told = [(topic, happens(tenant, topic)) for topic in TOLD * 20]
    with ThreadPoolExecutor(4) as workers:
        counts = list(workers.map(lambda _: send(tenant), range(4)))
    assert sum(counts) == 40
    assert listener.told == told


def test_news_committed_late_is_not_lost(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    """Its transaction began before, and ended after, others that were told already."""
    listens(boss, listener)
    with ThreadPoolExecutor(1) as other:
        with transaction(system(tenant.id, "lente")) as tx:
            slow = uuid4()
            tx.emit("candidacy.submit", slow)
            tx.session.flush()
            fast = other.submit(happens, tenant, "candidacy.withdraw").result()
            assert other.submit(send, tenant).result() == 1
    assert send(tenant) == 1
    assert listener.told == [("candidacy.withdraw", fast), ("candidacy.submit", str(slow))]


def test_what_a_long_transaction_told_is_found_within_a_minute(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    listens(boss, listener)
    begun = clock.now()
    with clock.frozen(begun + timedelta(minutes=5)):
        happens(tenant, "candidacy.withdraw")
        assert send(tenant) == 1
    with clock.frozen(begun + timedelta(minutes=1)):
        late = happens(tenant, "candidacy.submit")
    with clock.frozen(begun + timedelta(minutes=5, seconds=30)):
        assert WEBHOOKS.wanted(tenant.id) == 0
    with clock.frozen(begun + timedelta(minutes=6, seconds=1)):
        assert WEBHOOKS.wanted(tenant.id) == 1
        assert send(tenant) == 1
        assert WEBHOOKS.wanted(tenant.id) == 0
    assert listener.told[-1] == ("candidacy.submit", late)


def test_a_piece_of_news_is_told_again(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    endpoint = listens(boss, listener)
    told = [(topic, happens(tenant, topic)) for topic in TOLD * 2]
    send(tenant)
    lines = log(boss, endpoint)
    webhook_log.replay(boss, endpoint.id, lines[1].message_id)
    send(tenant)
    assert listener.told == [*told, told[1]]
    assert listener.ids[-1] == listener.ids[1]
    assert webhook_log.replay_since(boss, endpoint.id, lines[2].emitted_at) == 2
    newer = ("candidacy.submit", happens(tenant, "candidacy.submit"))
    send(tenant)
    assert listener.told[5:] == [told[2], told[3], newer], "in its order, before what is newer"


def test_a_piece_that_nobody_can_take_is_given_up_and_the_next_ones_pass(
    tenant: Tenant, boss: Actor, listener: Listener
) -> None:
    endpoint = listens(boss, listener)
    told = [(topic, happens(tenant, topic)) for topic in TOLD]
    listener.answers = [500]
    send(tenant)
    webhook_log.skip(boss, endpoint.id, log(boss, endpoint)[0].message_id)
    send(tenant)
    assert listener.told == told
    assert [one.state for one in log(boss, endpoint)] == ["skipped", "delivered"]


def test_a_pause_keeps_what_happens_and_a_test_passes(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    endpoint = listens(boss, listener)
    webhook.pause_endpoint(boss, endpoint.id)
    subject = happens(tenant, "candidacy.submit")
    webhook.send_test(boss, endpoint.id)
    assert send(tenant) == 1
    assert listener.told == [("webhook.test", str(endpoint.id))]
    assert WEBHOOKS.wanted(tenant.id) == 0
    webhook.resume_endpoint(boss, endpoint.id)
    assert send(tenant) == 1
    assert listener.told[-1] == ("candidacy.submit", subject)
    listener.answers = [500]
    webhook.send_test(boss, endpoint.id)
    assert send(tenant) == 1
    assert WEBHOOKS.wanted(tenant.id) == 0, "a test is tried once"
    assert webhook.view_endpoint(boss, endpoint.id).endpoint.failing_since is None


def test_a_secret_is_changed_without_an_interruption(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    endpoint = listens(boss, listener)
    _, newer = webhook.renew_secret(boss, endpoint.id)
    happens(tenant, "candidacy.submit")
    send(tenant)
    assert len(listener.heard) == 1, "the old one still signs"
    listener.secrets = [newer]
    happens(tenant, "candidacy.submit")
    send(tenant)
    assert len(listener.heard) == 2
    listener.secrets = []
    happens(tenant, "candidacy.submit")
    with clock.frozen(later(hours=25)):
        send(tenant)
    assert listener.refused == ["signature"]


def test_who_is_removed_is_told_nothing_more(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    endpoint = listens(boss, listener)
    webhook.pause_endpoint(boss, endpoint.id)
    happens(tenant, "candidacy.submit")
    send(tenant)
    webhook.remove_endpoint(boss, endpoint.id)
    happens(tenant, "candidacy.submit")
    assert WEBHOOKS.wanted(tenant.id) == send(tenant) == 0
    assert listener.heard == []
    with transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.get_one(WebhookEndpoint, (tenant.id, endpoint.id))
        assert (row.state, row.secret) == ("removed", "")


def test_another_portal_is_told_nothing(tenant: Tenant, boss: Actor, listener: Listener, make_tenant: object) -> None:
    listens(boss, listener)
    other = make_tenant()  # type: ignore[operator]
    happens(other, "candidacy.submit")
    assert send(tenant) == send(other) == 0
    assert listener.heard == []


def test_what_is_forgotten_is_not_told_again(tenant: Tenant, boss: Actor, listener: Listener) -> None:
    """The outbox is read again some minutes back: what lies there stays in the log."""
    endpoint = listens(boss, listener)
    happens(tenant, "candidacy.submit")
    send(tenant)
    with clock.frozen(later(days=400)):
        assert purge(tenant) == 0, "the outbox would give it again"
        happens(tenant, "candidacy.withdraw")
        assert send(tenant) == 1
        assert purge(tenant) == 1
        assert send(tenant) == 0
        assert [one.topic for one in log(boss, endpoint)] == ["candidacy.withdraw"]


def purge(tenant: Tenant) -> int:
    """End whatever in the log is over; how much."""
    (lines,) = [one for one in EXPIRING if one.kind == "webhook_delivery"]
    with transaction(system(tenant.id, "rétention")) as tx:
        over = [key for key, _ in tx.session.execute(lines.due(tx.now - timedelta(days=90)))]
        if over:
            lines.end(tx, over)
        return len(over)
