"""Mails by real workers and a real mail server, while workers are killed: none is missing, none comes twice in vain."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app import schedule
from app.tasks import SERVER_AWAY, ring_senders
from kit import clock, queue
from kit.actor import anonymous, operator, system
from kit.outbox import OutboxMessage
from kit.pulse import list_pulses
from kit.transaction import transaction
from notifications.jobs import mails as jobs
from notifications.models import Notification
from notifications.rules.mail import LEASE
from tenants.models import Tenant
from tenants.service.sign_in import ask_sign_in_link
from tests.kit.crew import Crew, crew, eventually
from tests.notifications.post import Post, free_port, open_post
from tests.notifications.reading import send

pytestmark = pytest.mark.usefixtures("own")


@pytest.fixture
def hands(database: str, tmp_path: Path, post: Post) -> Iterator[Crew]:
    """A crew that mails through the test's server."""
    queue.redis().flushdb()
    with crew(tmp_path, CRRC_SMTP_URL=post.url) as hired:
        yield hired


def pending(tenant: Tenant) -> int:
    with transaction(system(tenant.id, "tests")) as tx:
        count = select(func.count()).select_from(Notification).where(Notification.state == "pending")
        return tx.session.scalar(count) or 0


def let_leases_end(tenant: Tenant) -> None:
    """Twenty seconds pass: what a dead worker had in hand is due."""
    queue.redis().flushdb()
    with transaction(system(tenant.id, "tests")) as tx:
        in_hand = (Notification.state == "pending", Notification.next_attempt_at < tx.now + LEASE)
        tx.session.execute(update(Notification).where(*in_hand).values(next_attempt_at=tx.now))


def test_a_worker_killed_before_the_text_has_left_sends_it_once(
    tenant: Tenant, make_notices: Callable[..., int], post: Post, hands: Crew
) -> None:
    """Between DATA and 250: the server has no mail, the row is still due."""
    make_notices(3)
    post.before_text, post.text_asked = threading.Event(), threading.Event()
    hands.start("scheduler")
    worker = hands.start("worker")
    eventually(post.text_asked.is_set)
    worker.kill()
    post.before_text.set()
    let_leases_end(tenant)
    hands.start("worker")
    eventually(lambda: pending(tenant) == 0)
    assert Counter(post.recipients) == {"n0@ehpad.fr": 1, "n1@ehpad.fr": 1, "n2@ehpad.fr": 1}


def test_a_worker_killed_between_the_250_and_its_commit_sends_a_copy_of_the_same_mail(
    tenant: Tenant, make_notices: Callable[..., int], post: Post, hands: Crew
) -> None:
    """The instant nobody can do anything about: two copies, one Message-ID, and the row says sent."""
    make_notices(1)
    post.before_text = threading.Event()
    hands.start("scheduler")
    worker = hands.start("worker")
    eventually(post.text_asked.is_set)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.scalars(select(Notification).with_for_update()).one()
        post.before_text.set()
        eventually(lambda: len(post.taken) == 1)
        time.sleep(0.2)  # the 250 is read, and the mark waits for our lock
        worker.kill()
    let_leases_end(tenant)
    hands.start("worker")
    eventually(lambda: pending(tenant) == 0)
    assert len(post.ids) == 2
    assert len(set(post.ids)) == 1


def test_workers_killed_at_random_lose_no_mail(
    tenant: Tenant, make_notices: Callable[..., int], post: Post, hands: Crew
) -> None:
    """200 mails, six kills: every one arrives; a kill makes at most one copy, which has the same Message-ID."""
    make_notices(200)
    chance, kills = random.Random(20250923), 0
    hands.start("scheduler")
    worker = hands.start("worker")
    while kills < 6:
        before = len(post.taken)
        eventually(lambda before=before: len(post.taken) > before or pending(tenant) == 0)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.04))
        worker.kill()
        kills += 1
        worker = hands.start("worker")
        let_leases_end(tenant)
    eventually(lambda: pending(tenant) == 0)
    copies = Counter(post.ids)
    assert len(copies) == 200
    assert sum(copies.values()) - 200 <= kills
    assert len(set(post.recipients)) == 200


def beating(sort: str, since: datetime) -> int:
    """How many processes have started since."""
    with transaction(operator("tests")) as tx:
        return sum(one.sort == sort and one.started_at >= since for one in list_pulses(tx.session))


def test_several_workers_share_a_release(
    tenant: Tenant, make_notices: Callable[..., int], post: Post, hands: Crew
) -> None:
    """Each mail is in one hand."""
    make_notices(600)
    post.on_sender = lambda address: time.sleep(0.01)  # else the first one does it all before the other is asked
    begun_at = clock.now()
    for what in ("worker", "worker"):
        hands.start(what)
    eventually(lambda: beating("worker", begun_at) == 2)
    hands.start("scheduler")
    eventually(lambda: pending(tenant) == 0)
    assert Counter(post.ids).most_common(1)[0][1] == 1
    assert len(post.ids) == 600
    assert post.conversations >= 2


def test_a_server_that_is_away_is_waited_for(
    tenant: Tenant, make_notices: Callable[..., int], tmp_path: Path, database: str
) -> None:
    """Mails wait, untouched, with the reason in sight; they leave when the server is back."""
    queue.redis().flushdb()
    port = free_port()
    make_notices(60)
    with crew(tmp_path, CRRC_SMTP_URL=f"smtp://127.0.0.1:{port}") as hands:
        hands.start("scheduler")
        hands.start("worker")
        eventually(lambda: queue.is_quiet("mail-server"))
        with transaction(system(tenant.id, "tests")) as tx:
            waiting = tx.session.scalars(select(Notification)).all()
        assert {(notice.state, notice.attempts) for notice in waiting} == {("pending", 0)}
        assert f"127.0.0.1:{port}\N{NO-BREAK SPACE}: connexion refusée" in {notice.last_error for notice in waiting}
        with open_post(port) as post:
            queue.hush("mail-server")
            eventually(lambda: pending(tenant) == 0)
            assert len(set(post.ids)) == len(post.ids) == 60


def test_a_sign_in_link_is_written_when_it_leaves(tenant: Tenant, post: Post, hands: Crew) -> None:
    """From the form to the mailbox; its secret is in the mail and nowhere in the database."""
    ask_sign_in_link(anonymous(tenant.id), "marie@ehpad.fr", "/", "192.0.2.1", "b" * 43)
    with transaction(system(tenant.id, "tests")) as tx:
        message = tx.session.scalars(select(OutboxMessage)).one()
        jobs.tell_sign_in_link(tx, message)
    hands.start("scheduler")
    hands.start("worker")
    eventually(lambda: len(post.taken) == 1)
    (mail,) = post.mails
    body = mail.get_body(("plain",))
    assert body is not None
    assert f"/{tenant.slug}/sign-in/" in body.get_content()
    with transaction(system(tenant.id, "tests")) as tx:
        notice = tx.session.scalars(select(Notification)).one()
    assert (notice.text_body, notice.html_body) == (None, None)


def test_a_sign_in_link_that_is_over_is_not_sent(tenant: Tenant, post: Post) -> None:
    """The mail server was away for longer than the link lives."""
    ask_sign_in_link(anonymous(tenant.id), "marie@ehpad.fr", "/", "192.0.2.1", "b" * 43)
    with transaction(system(tenant.id, "tests")) as tx:
        jobs.tell_sign_in_link(tx, tx.session.scalars(select(OutboxMessage)).one())
    with clock.frozen(clock.now() + timedelta(minutes=21)):
        assert send(tenant, post).sent == 0
    with transaction(system(tenant.id, "tests")) as tx:
        notice = tx.session.scalars(select(Notification)).one()
    assert notice.state == "failed"
    assert notice.last_error is not None
    assert notice.last_error.startswith("Trop tard")


def test_senders_are_called_as_mails_are_due(tenant: Tenant, make_notices: Callable[..., int]) -> None:
    """None for none, one for a few, four at most; not again while they are at it; none while the server is away."""
    queue.redis().flushdb()
    assert ring_senders(tenant.id) == 0
    make_notices(3)
    assert [ring_senders(tenant.id) for _ in range(2)] == [1, 0]
    make_notices(1200)
    assert ring_senders(tenant.id) == 3
    assert len(queue.queue()) == 4
    queue.redis().flushdb()
    queue.hush(SERVER_AWAY, 30)
    assert schedule.ring_mails() == 0
    queue.redis().flushdb()
