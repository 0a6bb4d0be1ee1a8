"""Writing notices, sending their mails, reading them: on a real database, with a real mail server."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from kit import clock
from kit.actor import Actor, anonymous, system
from kit.errors import Forbidden, NotFound, Unauthenticated
from kit.storage import storage
from kit.transaction import transaction
from notifications.gateway.mailer import mailer
from notifications.service.lease import Lease
from notifications.service.notices import NewNotice, notify, notify_many
from notifications.service.pulse import look_at_pulse, pulse_facts, retry_failed
from notifications.service.reading import count_my_unread, list_my_notices, read_notice, read_notices
from notifications.service.sending import claim, send_due_mails
from tenants.models import Tenant, User
from tests.notifications.conftest import OG
from tests.notifications.post import Post
from tests.notifications.reading import notices, send

CONTEXT = {"organisation": OG, "role": "Lecteur"}


def test_told_twice_is_told_once(tenant: Tenant, make_notices: Callable[..., int]) -> None:
    """The key makes a notice unique in its tenant, whatever runs again."""
    assert make_notices(3) == 3
    assert make_notices(4) == 1
    assert [notice.key for notice in notices(tenant)] == ["n:0", "n:1", "n:2", "n:3"]


def test_a_mail_is_written_when_the_notice_is(tenant: Tenant, make_notices: Callable[..., int]) -> None:
    """Words, portal, address of the page: as they were on that day."""
    make_notices(1)
    (notice,) = notices(tenant)
    assert notice.title == "Vous avez accès aux dossiers de Association Les Genêts"
    assert notice.text_body is not None
    assert f"http://127.0.0.1:8000/{tenant.slug}/candidacies/0" in notice.text_body
    assert "Sujet" not in notice.text_body
    assert notice.html_body is not None
    assert "<title>Vous avez accès" in notice.html_body


def test_an_address_that_is_none_stops_nobody_else(tenant: Tenant) -> None:
    """A release of ten thousand does not fail for one of them; staff see it."""
    bad = "x@y.fr\r\nBcc: everybody@z.fr"
    rows = [
        NewNotice(key, "tenants/member_added", UUID(int=1), email, context=CONTEXT)
        for key, email in [("a", bad), ("b", "b@ehpad.fr")]
    ]
    with transaction(system(tenant.id, "tests")) as tx:
        assert notify_many(tx, rows) == 2
    first, second = notices(tenant)
    assert (first.state, second.state) == ("failed", "pending")
    assert first.email == "x@y.fr Bcc: everybody@z.fr"


def test_a_missing_template_or_variable_is_an_error(tenant: Tenant) -> None:
    """Of the program, seen by its tests: never a mail with a hole in it."""
    for template, error in [("tenants/nothing", TemplateNotFound), ("tenants/member_added", UndefinedError)]:
        with pytest.raises(error), transaction(system(tenant.id, "tests")) as tx:
            notify(tx, NewNotice("k", template, UUID(int=1), "a@ehpad.fr"))


def test_mails_leave_once(tenant: Tenant, post: Post, make_notices: Callable[..., int]) -> None:
    """One conversation for all, each mail marked; sending again sends nothing."""
    make_notices(120)
    assert send(tenant, post).sent == 120
    assert send(tenant, post).sent == 0
    assert len(set(post.ids)) == len(post.ids) == 120
    assert post.conversations == 1
    assert {notice.state for notice in notices(tenant)} == {"sent"}


def test_answers_of_the_server(tenant: Tenant, post: Post, make_notices: Callable[..., int]) -> None:
    """Refused for ever: failed, with its words. Not now: later. The others are not concerned."""
    make_notices(3)
    post.on_recipient = lambda address: {"n0": "550 5.1.1 No such user", "n1": "450 Busy"}.get(address[:2])
    done = send(tenant, post)
    assert (done.sent, done.refused, done.put_off, done.unreachable) == (1, 1, 1, None)
    refused, put_off, sent = notices(tenant)
    assert (refused.state, refused.last_error, refused.attempts) == ("failed", "550 5.1.1 No such user", 1)
    assert (put_off.state, put_off.last_error, put_off.attempts) == ("pending", "450 Busy", 1)
    assert put_off.next_attempt_at is not None
    assert timedelta(seconds=50) < put_off.next_attempt_at - clock.now() < timedelta(seconds=61)
    assert (sent.state, sent.last_error) == ("sent", None)


def test_a_mail_leaves_with_its_file_or_waits_for_it(tenant: Tenant, post: Post, tmp_path: Path) -> None:
    """A file that cannot be read is the portal's trouble: the mail waits, the others leave."""
    content = b"%PDF-1.7 " + os.urandom(50_000)
    (tmp_path / "paper.pdf").write_bytes(content)
    kept = f"tests/{tenant.id}"
    storage().keep(kept, tmp_path / "paper.pdf")
    context = {"organisation": OG, "role": "Contributeur"}
    with transaction(system(tenant.id, "tests")) as tx:
        for key, stored in (("whole", kept), ("lost", "tests/nothing")):
            file = (stored, "F2026-000001.pdf")
            notify(tx, NewNotice(key, "tenants/member_added", UUID(int=1), "a@ehpad.fr", context=context, file=file))
    done = send(tenant, post)
    assert (done.sent, done.put_off) == (1, 1)
    (mail,) = post.mails
    assert [part.get_content() for part in mail.iter_attachments()] == [content]
    lost = next(notice for notice in notices(tenant) if notice.key == "lost")
    assert (lost.state, lost.last_error) == (
        "pending",
        "La pièce jointe de ce courriel n’a pas pu être lue (stockage du portail).",
    )


def test_after_five_days_a_mail_is_given_up_and_shown(
    tenant: Tenant, post: Post, make_notices: Callable[..., int]
) -> None:
    """Never stuck without a word."""
    make_notices(1)
    post.on_recipient = lambda address: "450 Busy"
    with clock.frozen(clock.now() + timedelta(days=5, minutes=1)):
        send(tenant, post)
    (notice,) = notices(tenant)
    assert notice.state == "failed"
    assert notice.last_error == "Abandonné après cinq jours d’essais. Dernière réponse\N{NO-BREAK SPACE}: 450 Busy"


def test_two_broken_conversations_in_a_row_are_the_server_s_fault(
    tenant: Tenant, post: Post, make_notices: Callable[..., int]
) -> None:
    """It is left alone; a single one is the mail's own trouble."""
    make_notices(5)
    post.on_text = lambda envelope: "hang up"
    done = send(tenant, post)
    assert done.put_off == 2
    assert done.unreachable is not None
    assert [notice.attempts for notice in notices(tenant)] == [1, 1, 0, 0, 0]
    now = clock.now()
    assert [notice.next_attempt_at is not None and notice.next_attempt_at <= now for notice in notices(tenant)] == [
        False, False, True, True, True,
    ]  # fmt: skip


def test_a_mail_that_breaks_the_conversation_does_not_stop_the_others(
    tenant: Tenant, post: Post, make_notices: Callable[..., int]
) -> None:
    make_notices(5)
    post.on_text = lambda envelope: "hang up" if envelope.rcpt_tos == ["n2@ehpad.fr"] else None
    assert send(tenant, post).sent == 4


def test_a_worker_told_to_stop_gives_back_what_it_has_in_hand(
    tenant: Tenant, post: Post, make_notices: Callable[..., int]
) -> None:
    """Whoever comes next sends it at once."""
    make_notices(5)
    with mailer(post.url) as gateway:
        assert send_due_mails(tenant.id, gateway, lambda: len(post.taken) >= 2).sent == 2
    assert send(tenant, post).sent == 3


def test_what_is_in_hand_is_nobody_else_s_until_the_lease_ends(
    tenant: Tenant, post: Post, make_notices: Callable[..., int]
) -> None:
    """A living worker says so again every five seconds; a dead one loses its mails after twenty."""
    make_notices(3)
    actor = system(tenant.id, "tests")
    mails, until, _ = claim(actor)
    now = clock.now()
    lease = Lease(actor)
    lease.hold((mail.id for mail in mails), until)
    assert send(tenant, post).sent == 0
    with clock.frozen(now + timedelta(seconds=15)):
        lease.renew()
    with clock.frozen(now + timedelta(seconds=30)):
        assert lease.owns(mails[0].id)
        assert send(tenant, post).sent == 0
    with clock.frozen(now + timedelta(seconds=36)):
        assert not lease.owns(mails[0].id)
        assert send(tenant, post).sent == 3
        lease.renew()
        assert not lease.owns(mails[0].id)


def test_one_s_own_notices(
    tenant: Tenant, user: User, make_notices: Callable[..., int], person: Callable[..., Actor]
) -> None:
    """Newest first, by pages; read one, read what was shown; nobody else's."""
    me = person(user.email)
    make_notices(32, user=user)
    make_notices(1, prefix="other")
    first = list_my_notices(me)
    assert (len(first.rows), first.unread, first.rows[0].key) == (30, 32, "n:31")
    assert [notice.key for notice in list_my_notices(me, first.after).rows] == ["n:1", "n:0"]
    read_notice(me, first.rows[5].id)
    assert count_my_unread(me) == 31
    assert read_notices(me, first.rows[10].id) == 22
    assert count_my_unread(me) == 9
    with pytest.raises(NotFound):
        read_notice(person("voisin@ehpad.fr"), first.rows[0].id)
    with pytest.raises(Unauthenticated):
        list_my_notices(anonymous(tenant.id))


def test_refused_mails_are_sent_again(tenant: Tenant, post: Post, make_notices: Callable[..., int]) -> None:
    """By a manager, once the cause is repaired."""
    make_notices(2)
    post.on_recipient = lambda address: "550 Relaying denied"
    send(tenant, post)
    manager = Actor("person", tenant.id, UUID(int=9), roles=frozenset({"grades_manager"}))
    facts = look_at_pulse(manager)
    assert [notice.last_error for notice in facts.failed] == ["550 Relaying denied"] * 2
    assert retry_failed(manager) == 2
    post.on_recipient = lambda address: None
    assert send(tenant, post).sent == 2
    with pytest.raises(Forbidden):
        retry_failed(Actor("person", tenant.id, UUID(int=9), roles=frozenset({"ars_instructor"})))


def test_the_pulse_of_a_tenant(tenant: Tenant, make_notices: Callable[..., int]) -> None:
    """Its deadlines, its news, its mails; late after a while, with a sentence."""
    with transaction(system(tenant.id, "tests")) as tx:
        tx.due("test.deadline", UUID(int=1), tx.now - timedelta(hours=3))
        tx.emit("test.one", UUID(int=1))
    make_notices(2)
    with clock.frozen(clock.now() + timedelta(minutes=10)), transaction(system(tenant.id, "tests")) as tx:
        facts = {gauge.name: gauge for gauge in pulse_facts(tx).gauges}
    assert facts["Échéances"].state == facts["Nouvelles à transmettre"].state == facts["Courriels"].state == "late"
    assert facts["Échéances"].seen.startswith("1\N{NO-BREAK SPACE}échéance attend, depuis 3\N{NO-BREAK SPACE}heures")
    assert facts["Courriels"].seen == "2\N{NO-BREAK SPACE}courriels attendent, depuis 10\N{NO-BREAK SPACE}minutes."
