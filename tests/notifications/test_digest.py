"""Digests: made once, of what is still to be read; by whoever passes, whoever is killed."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text, update

from kit import clock, queue
from kit.actor import Actor, system
from kit.transaction import transaction
from notifications.jobs.digests import DIGESTS
from notifications.models import Notification
from notifications.rules.digest import MOST_SHOWN, Waiting, parts, title
from notifications.service.digest import make_digest, make_due_digests
from notifications.service.reading import list_my_notices, read_notice
from tenants.models import Tenant, User
from tests.kit.crew import crew, eventually
from tests.notifications.digest_tools import people, tell
from tests.notifications.post import Post
from tests.notifications.reading import notices, send

EVENING = datetime(2026, 3, 4, 17, tzinfo=UTC)
MORNING = datetime(2026, 3, 5, 7, tzinfo=UTC)


def never() -> bool:
    return False


def digests(tenant: Tenant) -> list[Notification]:
    return [notice for notice in notices(tenant) if notice.template == "notifications/digest"]


def test_what_waited_leaves_in_one_mail(tenant: Tenant, post: Post) -> None:
    """At 8 h, not before; grouped, with links; each notice says in which digest it was."""
    (user,) = people(tenant, 1)
    with clock.frozen(EVENING):
        tell(tenant, [user], 3)
        assert DIGESTS.wanted(tenant.id) == 0
    with clock.frozen(MORNING - timedelta(seconds=1)):
        assert make_due_digests(tenant.id, never) == 0
    with clock.frozen(MORNING):
        assert DIGESTS.wanted(tenant.id) == 1
        assert DIGESTS.run(tenant.id, never) == 1
        assert DIGESTS.wanted(tenant.id) == 0
        assert send(tenant, post).sent == 1
    (mail,) = post.mails
    assert mail["Subject"] == title(3, EVENING, MORNING, "Europe/Paris")
    assert mail["To"] == user.email
    body = mail.get_body(("plain",))
    assert body is not None
    for place in range(3):
        assert f"/{tenant.slug}/staff/webhooks/{place}\n" in body.get_content().replace("\r\n", "\n")
    (digest,) = digests(tenant)
    assert {(one.state, one.digest_id) for one in notices(tenant) if one.id != digest.id} == {("gathered", digest.id)}


def test_run_twice_it_is_made_once(tenant: Tenant) -> None:
    with clock.frozen(EVENING):
        users = people(tenant, 3)
        tell(tenant, users, 2)
    with clock.frozen(MORNING):
        assert [make_due_digests(tenant.id, never) for _ in range(2)] == [3, 0]
    assert Counter(one.email for one in digests(tenant)) == {user.email: 1 for user in users}


def test_two_workers_at_once_make_it_once(tenant: Tenant) -> None:
    """The second one waits for the first one's rows, and finds none that wait."""
    with clock.frozen(EVENING):
        (user,) = people(tenant, 1)
        tell(tenant, [user], 2)
    gate = threading.Barrier(4)
    made: list[bool] = []

    def work() -> None:
        gate.wait()
        made.append(make_digest(system(tenant.id, "tests"), user.id))

    with clock.frozen(MORNING):
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(made) == [False, False, False, True]
    assert len(digests(tenant)) == 1


def test_what_was_read_meanwhile_is_not_in_it(tenant: Tenant, person: Callable[..., Actor]) -> None:
    """And when everything was, there is none."""
    with clock.frozen(EVENING):
        first, second = people(tenant, 2)
        tell(tenant, [first, second], 2)
    one, other = person(first.email), person(second.email)
    read_notice(one, list_my_notices(one).rows[0].id)
    for notice in list_my_notices(other).rows:
        read_notice(other, notice.id)
    with clock.frozen(MORNING):
        assert make_due_digests(tenant.id, never) == 1
    (digest,) = digests(tenant)
    assert digest.email == first.email
    assert "1\N{NO-BREAK SPACE}nouvelle" in digest.title
    assert Counter(notice.state for notice in notices(tenant)) == {"silent": 3, "gathered": 1, "pending": 1}


def test_somebody_who_is_erased_gets_none(tenant: Tenant) -> None:
    with clock.frozen(EVENING):
        (user,) = people(tenant, 1)
        tell(tenant, [user])
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(update(User).where(User.id == user.id).values(erased_at=tx.now))
    with clock.frozen(MORNING):
        assert make_due_digests(tenant.id, never) == 0
    assert [notice.state for notice in notices(tenant)] == ["silent"]


def test_the_portal_shows_the_notices_and_not_the_digest(tenant: Tenant, person: Callable[..., Actor]) -> None:
    with clock.frozen(EVENING):
        (user,) = people(tenant, 1)
        tell(tenant, [user], 2)
    with clock.frozen(MORNING):
        make_due_digests(tenant.id, never)
    assert [one.template for one in list_my_notices(person(user.email)).rows] == ["notifications/webhook_paused"] * 2


def test_on_monday_daily_and_weekly_are_one_mail(tenant: Tenant) -> None:
    """Somebody who changed their mind meanwhile does not get two."""
    (user,) = people(tenant, 1, "weekly")
    with clock.frozen(EVENING):
        tell(tenant, [user], 1, "week")
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(text('update notification_preference set choices = \'{"office": "daily"}\''))
    with clock.frozen(datetime(2026, 3, 6, 17, tzinfo=UTC)):
        tell(tenant, [user], 1, "day")
    with clock.frozen(datetime(2026, 3, 9, 7, tzinfo=UTC)):
        assert make_due_digests(tenant.id, never) == 1
    (digest,) = digests(tenant)
    assert digest.title == "Votre résumé de la semaine\N{NO-BREAK SPACE}: 2\N{NO-BREAK SPACE}nouvelles"


def test_a_fault_in_the_middle_leaves_everything_waiting(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made with all of it, or not made."""
    with clock.frozen(EVENING):
        (user,) = people(tenant, 1)
        tell(tenant, [user], 2)

    def broken(*args: object) -> None:
        raise RuntimeError("power cut")

    with clock.frozen(MORNING):
        with monkeypatch.context() as patch:
            patch.setattr("notifications.service.notices._insert", broken)
            with pytest.raises(RuntimeError):
                make_due_digests(tenant.id, never)
        assert [notice.state for notice in notices(tenant)] == ["held", "held"]
        assert make_due_digests(tenant.id, never) == 1


def test_it_stops_when_told_to(tenant: Tenant) -> None:
    """A worker that must end leaves the rest to the next one."""
    with clock.frozen(EVENING):
        tell(tenant, people(tenant, 5))
    with clock.frozen(MORNING):
        assert make_due_digests(tenant.id, lambda: len(digests(tenant)) >= 2) == 2
        assert make_due_digests(tenant.id, never) == 3


def test_workers_killed_while_they_make_them_make_each_once(
    own: str, tenant: Tenant, post: Post, tmp_path: Path
) -> None:
    """Sixty people, kills at random: each digest leaves, with all that waited, and none twice."""
    queue.redis().flushdb()
    users = people(tenant, 60)
    tell(tenant, users, 3)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(update(Notification).values(hold_until=tx.now))

    def waiting() -> int:
        return sum(notice.state in ("held", "pending") for notice in notices(tenant))

    with crew(tmp_path, CRRC_SMTP_URL=post.url) as hands:
        hands.start("scheduler")
        worker = hands.start("worker")
        for reached in (5, 15, 30, 45):
            eventually(lambda reached=reached: len(digests(tenant)) >= reached)  # type: ignore[misc]
            worker.kill()
            queue.redis().flushdb()
            worker = hands.start("worker")
        eventually(lambda: waiting() == 0)
    assert Counter(one.email for one in digests(tenant)) == {user.email: 1 for user in users}
    assert {one.title.partition(":")[2].strip() for one in digests(tenant)} == {"3\N{NO-BREAK SPACE}nouvelles"}
    assert Counter(one.state for one in notices(tenant)) == {"gathered": 180, "sent": 60}
    assert set(post.recipients) == {user.email for user in users}
    assert len(set(post.ids)) == 60


def waits(number: int, template: str = "notifications/webhook_paused", subject: int = 1) -> Waiting:
    return Waiting(template, UUID(int=subject), f"n° {number}", f"/{number}", EVENING + timedelta(minutes=number))


def test_parts_group_by_family_and_subject() -> None:
    """Families in their order; what moved last first; inside, oldest first."""
    found = parts([waits(1), waits(2, subject=2), waits(3), waits(4, "bookings/order_placed")])
    assert [part.name for part in found] == ["Commandes et missions", "Suivi du portail"]
    assert [[one.title for one in subject.notices] for subject in found[1].subjects] == [["n° 1", "n° 3"], ["n° 2"]]
    assert found[1].subjects[0].path == "/3"


def test_a_digest_is_read_in_a_minute() -> None:
    """The portal has the rest, and the mail says how many."""
    found = parts([waits(number, subject=number) for number in range(MOST_SHOWN + 20)])
    assert sum(len(part.subjects) for part in found) == MOST_SHOWN
    assert found[0].subjects[0].notices[0].title == f"n° {MOST_SHOWN + 19}"


def test_titles() -> None:
    day = title(1, MORNING - timedelta(days=3), MORNING, "Europe/Paris")
    assert day == "Votre résumé du jeudi 5\N{NO-BREAK SPACE}mars 2026\N{NO-BREAK SPACE}: 1\N{NO-BREAK SPACE}nouvelle"
    assert title(2, MORNING - timedelta(days=6), MORNING, "Europe/Paris").startswith("Votre résumé de la semaine")
