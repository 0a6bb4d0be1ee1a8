"""A mail server whose port takes connections and says nothing: one worker asks, the others do what else there is."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.tasks import SERVER_ANSWERS, SERVER_ASKED, SERVER_AWAY, tasks
from kit import queue
from kit.actor import system
from kit.db import uuid7
from kit.outbox import Delivery
from kit.settings import settings
from kit.transaction import transaction
from tenants.models import Tenant
from tests.kit.crew import crew, eventually
from tests.notifications.post import Post
from tests.notifications.reading import notices

pytestmark = pytest.mark.usefixtures("own")


@contextmanager
def hole() -> Iterator[int]:
    """A port where the kernel answers and nobody else does; gives its number."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(128)
        yield int(door.getsockname()[1])


@pytest.fixture
def mailing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Say which mail server this process uses."""

    def use(url: str) -> None:
        monkeypatch.setenv("CRRC_SMTP_URL", url)
        settings.cache_clear()

    queue.redis().flushdb()
    yield use
    monkeypatch.undo()
    settings.cache_clear()
    queue.redis().flushdb()


def delivered(tenant: Tenant) -> int:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.query(Delivery).count()


def test_news_are_delivered_while_the_mail_server_hangs(
    tenant: Tenant, make_notices: Callable[..., int], tmp_path: Path
) -> None:
    """Two workers, a backlog of mails for both: at most one waits, and news pass within seconds, at any moment."""
    queue.redis().flushdb()
    make_notices(900)
    with hole() as port, crew(tmp_path, CRRC_SMTP_URL=f"smtp://127.0.0.1:{port}") as hands:
        hands.start("scheduler")
        for _ in range(2):
            hands.start("worker")
        eventually(lambda: queue.is_quiet(SERVER_ASKED))
        slowest = 0.0
        while not queue.is_quiet(SERVER_AWAY):
            before, begun = delivered(tenant), time.monotonic()
            with transaction(system(tenant.id, "tests")) as tx:
                tx.emit("test.one", uuid7())
            eventually(lambda before=before: delivered(tenant) > before)  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - begun)
        assert slowest < 6
        reason = f"127.0.0.1:{port}\N{NO-BREAK SPACE}: ne répond pas"
        eventually(lambda: reason in {notice.last_error for notice in notices(tenant)})
        assert {(notice.state, notice.attempts) for notice in notices(tenant)} == {("pending", 0)}


def test_a_server_that_hangs_is_left_alone_for_longer_than_one_that_refuses(
    tenant: Tenant, make_notices: Callable[..., int], mailing: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an attempt costs is a worker's time: ten times as much goes to everything else."""
    monkeypatch.setattr("notifications.gateway.smtp.TIMEOUT", 4.0)
    make_notices(2)
    with hole() as port:
        mailing(f"smtp://127.0.0.1:{port}")
        assert tasks({}, lambda: False)["send_due_mails"](str(tenant.id), "0") == 0
    assert 35 < queue.redis().ttl(f"crrc:bell:{SERVER_AWAY}") <= 120
    assert not queue.is_quiet(SERVER_ASKED)
    queue.redis().flushdb()
    mailing("smtp://127.0.0.1:9")
    tasks({}, lambda: False)["send_due_mails"](str(tenant.id), "0")
    assert queue.redis().ttl(f"crrc:bell:{SERVER_AWAY}") <= 30


def test_a_server_that_falls_silent_in_the_middle_of_a_mail_is_left_alone_at_once(
    tenant: Tenant,
    post: Post,
    make_notices: Callable[..., int],
    mailing: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One silence of a minute, not two: a task lasts two minutes at most."""
    monkeypatch.setattr("notifications.gateway.smtp.TIMEOUT_OF_TEXT", 0.3)
    make_notices(5)
    post.before_text = threading.Event()
    mailing(post.url)
    tasks({}, lambda: False)["send_due_mails"](str(tenant.id), "0")
    post.before_text.set()
    assert queue.is_quiet(SERVER_AWAY)
    assert [notice.attempts for notice in notices(tenant)] == [1, 0, 0, 0, 0]


def test_all_workers_send_once_the_server_has_answered(
    tenant: Tenant, post: Post, make_notices: Callable[..., int], mailing: Callable[[str], None]
) -> None:
    """While one asks, another does not wait: its bell rings again a second later."""
    make_notices(3)
    mailing(post.url)
    send = tasks({}, lambda: False)["send_due_mails"]
    assert queue.take(SERVER_ASKED, 10)
    assert send(str(tenant.id), "0") == 0
    queue.hush(SERVER_ASKED)
    assert send(str(tenant.id), "0") == 3
    assert queue.is_quiet(SERVER_ANSWERS)
    make_notices(3, prefix="m")
    assert queue.take(SERVER_ASKED, 10)
    assert send(str(tenant.id), "1") == 3
