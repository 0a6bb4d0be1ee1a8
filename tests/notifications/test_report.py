"""What comes back: dead addresses get no more mails, complaints stop what is optional, forged words do nothing."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kit import clock
from kit.actor import system
from kit.settings import settings
from kit.transaction import transaction
from notifications.gateway.report import read_report
from notifications.models import SuppressedAddress
from notifications.rules.report import classify
from notifications.service.notices import notify_later
from notifications.service.report import take_report
from notifications.service.ticket import bounce_ticket, read_bounce_ticket
from tenants.models import Tenant
from tests.notifications.post import Post
from tests.notifications.reading import notices, send
from tests.notifications.reports import complaint, matryoshka, ordinary, status

DEAD = "n0@ehpad.fr"


@pytest.fixture(autouse=True)
def _bounces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refusals come back to an address of their own."""
    monkeypatch.setenv("CRRC_BOUNCE_ADDRESS", "bounces@crrc.example")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def held(tenant: Tenant) -> list[SuppressedAddress]:
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(SuppressedAddress).order_by(SuppressedAddress.email)))


def return_path(tenant: Tenant, number: int = 0) -> str:
    return f"bounces+{bounce_ticket(tenant.id, notices(tenant)[number].id)}@crrc.example"


def test_a_mail_returns_to_an_address_of_its_own(tenant: Tenant, post: Post, make_notices: Callable[..., int]) -> None:
    """VERP: the envelope names the mail; the reader sees the portal's address."""
    make_notices(2)
    senders: list[str] = []
    post.on_sender = lambda address: senders.append(address)
    send(tenant, post)
    assert senders == [return_path(tenant, 0), return_path(tenant, 1)]
    assert all(len(sender.partition("@")[0]) <= 64 for sender in senders)
    assert {mail["From"].addresses[0].addr_spec for mail in post.mails} == {settings().mail_from}


def test_a_dead_address_gets_no_more_mails(tenant: Tenant, post: Post, make_notices: Callable[..., int]) -> None:
    """Those about to leave and those to come; staff read why, and since when."""
    make_notices(1)
    send(tenant, post)
    taken = take_report(status(return_path(tenant), DEAD))
    assert taken is not None
    assert (taken.slug, taken.kind, taken.said, taken.is_new) == (
        tenant.slug,
        "hard",
        "550 5.1.1 User unknown",
        True,
    )
    (first,) = notices(tenant)
    assert (first.state, first.last_error) == (
        "failed",
        "Revenu après l’envoi\N{NO-BREAK SPACE}: 550 5.1.1 User unknown",
    )
    assert first.sent_at is not None
    (address,) = held(tenant)
    assert (address.email, address.refusal, address.optional_off_at) == (DEAD, "550 5.1.1 User unknown", None)


def test_what_is_about_to_leave_is_withheld(tenant: Tenant, post: Post, write: Callable[..., None]) -> None:
    write("a", DEAD)
    send(tenant, post)
    write("b", DEAD)
    write("c", "autre@ehpad.fr")
    take_report(status(return_path(tenant), DEAD))
    write("d", "N0@EHPAD.fr")
    states = {one.key: (one.state, one.last_error) for one in notices(tenant)}
    said = "Courriel non envoyé\N{NO-BREAK SPACE}: adresse refusée depuis le "
    assert [states[key][0] for key in "abcd"] == ["failed", "withheld", "pending", "withheld"]
    assert str(states["b"][1]).startswith(said)
    assert str(states["d"][1]).startswith(said)
    assert send(tenant, post).sent == 1


def test_a_sign_in_link_is_tried_all_the_same(tenant: Tenant, post: Post, write: Callable[..., None]) -> None:
    """It is the only way in."""
    write("a", DEAD)
    send(tenant, post)
    take_report(status(return_path(tenant), DEAD))
    with transaction(system(tenant.id, "tests")) as tx:
        notify_later(tx, "link", "tenants/sign_in", uuid4(), DEAD, "Votre lien de connexion")
    assert notices(tenant)[-1].state == "pending"
    take_report(status(return_path(tenant), DEAD, "5.2.1"))
    assert notices(tenant)[-1].state == "pending"


def test_three_soft_refusals_in_a_month_are_a_dead_address(
    tenant: Tenant, post: Post, write: Callable[..., None]
) -> None:
    """A full mailbox may be emptied; one that stays full is nobody's."""
    now = clock.now()
    full = {"code": "5.2.2", "said": "smtp; 552 5.2.2 Mailbox full"}
    for place, days in enumerate([40, 20, 10, 0]):
        with clock.frozen(now - timedelta(days=days)):
            write(str(place), DEAD)
            send(tenant, post)
            assert held(tenant) == []
            take_report(status(return_path(tenant, place), DEAD, **full))
    assert [one.email for one in held(tenant)] == [DEAD]


def test_the_same_report_twice_counts_once(tenant: Tenant, post: Post, write: Callable[..., None]) -> None:
    """A mail server that gives it again does not make a full mailbox a dead one."""
    write("a", DEAD)
    send(tenant, post)
    told = [take_report(status(return_path(tenant), DEAD, "4.2.2")) for _ in range(4)]
    assert [one.is_new for one in told if one] == [True, False, False, False]
    assert held(tenant) == []


@pytest.mark.parametrize(
    "report",
    [
        {"action": "delayed", "code": "4.4.1"},
        {"action": "delivered", "code": "2.1.5"},
        {"action": "relayed", "code": "2.0.0"},
        {"code": "5.7.1", "said": "smtp; 550 5.7.1 Blocked by policy"},
    ],
    ids=["late", "delivered", "relayed", "our-reputation"],
)
def test_what_says_nothing_of_the_address_changes_nothing(
    tenant: Tenant, post: Post, write: Callable[..., None], report: dict[str, str]
) -> None:
    write("a", DEAD)
    send(tenant, post)
    assert take_report(status(return_path(tenant), DEAD, **report)) is None
    assert (held(tenant), notices(tenant)[0].state) == ([], "sent")


def test_a_server_that_keeps_only_the_headers_is_understood(
    tenant: Tenant, post: Post, write: Callable[..., None]
) -> None:
    """The report came to another address: what it quotes of our mail names it."""
    write("a", DEAD)
    send(tenant, post)
    (mail,) = post.mails
    quoted = f"Message-ID: {mail['Message-ID']}\r\nX-CRRC-Notice: {mail['X-CRRC-Notice']}\r\n"
    assert take_report(status("postmaster@crrc.example", DEAD, quoted=quoted)) is not None
    assert len(held(tenant)) == 1


@pytest.mark.parametrize("way", ["envelope", "quoted mail", "recipient"])
def test_a_complaint_stops_what_is_optional_and_nothing_else(
    tenant: Tenant, post: Post, write: Callable[..., None], way: str
) -> None:
    """Decisions and invoices still arrive: the law wants them to."""
    write("a", DEAD)
    send(tenant, post)
    address, content = return_path(tenant), post.taken[0]
    if way != "quoted mail":
        content = b"Subject: (retire)\r\n\r\n(retire)\r\n"
    taken = take_report(complaint(content, address if way == "envelope" else ""), address if way == "recipient" else "")
    assert taken is not None
    assert taken.kind == "complaint"
    (against,) = held(tenant)
    assert (against.refused_at, against.optional_off_by) == (None, "complaint")
    write("b", DEAD, template="bookings/entitlement_waiting")
    write("c", DEAD)
    assert {one.key: one.state for one in notices(tenant)} == {"a": "sent", "b": "silent", "c": "pending"}


@pytest.mark.parametrize("sort", ["not-spam", "auth-failure", "", "x" * 5000])
def test_a_report_that_is_no_complaint_stops_nothing(
    tenant: Tenant, post: Post, write: Callable[..., None], sort: str
) -> None:
    write("a", DEAD)
    send(tenant, post)
    assert take_report(complaint(post.taken[0], return_path(tenant), sort)) is None
    assert held(tenant) == []


def test_a_forged_word_does_nothing(
    make_tenant: Callable[..., Tenant], tenant: Tenant, post: Post, write: Callable[..., None]
) -> None:
    """Another notice's seal, another portal's, a letter changed, none at all: nobody's address is refused."""
    write("a", DEAD)
    send(tenant, post)
    notice_id = notices(tenant)[0].id
    ticket = bounce_ticket(tenant.id, notice_id)
    other = make_tenant()
    forged = [
        bounce_ticket(tenant.id, uuid4())[:26] + ticket[26:],
        ticket[:26] + bounce_ticket(tenant.id, uuid4())[26:],
        ticket[:-1] + ("a" if ticket[-1] != "a" else "b"),
        bounce_ticket(other.id, notice_id),  # sealed by us: but that portal has no such notice
        notice_id.hex,
        "a" * 42,
    ]
    for word in forged:
        assert take_report(status(f"bounces+{word}@crrc.example", DEAD)) is None, word
    assert held(tenant) == held(other) == []


def test_tickets_are_read_whatever_case_they_come_back_in() -> None:
    """Some servers write addresses in capitals."""
    tenant_id, notice_id = uuid4(), uuid4()
    ticket = bounce_ticket(tenant_id, notice_id)
    assert re.fullmatch("[a-z2-7]{42}", ticket)
    assert read_bounce_ticket(ticket.upper(), [uuid4(), tenant_id]) == (tenant_id, notice_id)
    assert read_bounce_ticket(ticket, [uuid4()]) is None


@given(st.text())
def test_no_word_is_a_fault(word: str) -> None:
    assert read_bounce_ticket(word, [UUID(int=1)]) is None


@given(st.binary())
def test_no_mail_is_a_fault(content: bytes) -> None:
    assert read_report(content) is None


@pytest.mark.parametrize(
    "content",
    [
        ordinary(),
        b"",
        matryoshka(3000),
        status("bounces@crrc.example", DEAD)[:700],
        status("a@b.fr", DEAD, said="smtp; \x00\x1b[31mrouge"),
        b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 20_000,
        b"Content-Type: message/feedback-report; charset=nowhere\r\n\r\n\xff\xfe",
    ],
    ids=["answer", "empty", "deep", "cut", "control-characters", "many-parts", "no-charset"],
)
def test_strange_mails_are_ignored(database: str, content: bytes) -> None:
    assert take_report(content) is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("550 5.1.1 No such user", "hard"),
        ("550 5.1.10 Null MX", "hard"),
        ("5.2.1", "hard"),
        ("550 No such user", "soft"),  # without a code, it may be our own fault
        ("552 5.2.2 Full", "soft"),
        ("554 5.7.1 Relaying denied", None),
        ("550 5.11.1 is not 5.1.11", "soft"),
        ("10.5.1.1", "soft"),  # an address of a machine
    ],
)
def test_what_a_refusal_says_of_an_address(said: str, kind: str | None) -> None:
    assert classify(said) == kind


def test_a_refusal_at_the_door_counts_too(tenant: Tenant, post: Post, write: Callable[..., None]) -> None:
    """The mail server knows at once that nobody lives there; what it thinks of the text is another matter."""
    for key, email in (("a", DEAD), ("b", DEAD), ("c", "plein@ehpad.fr"), ("d", "relais@ehpad.fr")):
        write(key, email)
    answers = {"n0": "550 5.1.1 No such user", "pl": "552 5.2.2 Full", "re": "550 5.7.1 Relaying denied"}
    post.on_recipient = lambda address: answers[address[:2]]
    send(tenant, post)
    assert [one.email for one in held(tenant)] == [DEAD]
    assert Counter(one.state for one in notices(tenant) if one.email == DEAD) == {"failed": 1, "withheld": 1}
    write("e", "texte@ehpad.fr")
    post.on_recipient, post.on_text = (lambda address: None), (lambda envelope: "554 5.6.0 Malformed")
    send(tenant, post)
    assert len(held(tenant)) == 1


def test_the_command_reads_a_report_from_its_input(tenant: Tenant, post: Post, write: Callable[..., None]) -> None:
    """As a mail server gives it; what is none of ours is no error, for anybody writes there."""

    def bounce(content: bytes) -> str:
        command = [sys.executable, "-c", "from app.cli import main; main()", "mail", "bounce"]
        done = subprocess.run(command, input=content, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode()

    write("a", DEAD)
    send(tenant, post)
    assert "adresse morte. 550 5.1.1 User unknown" in bounce(status(return_path(tenant), DEAD))
    assert "(déjà connu)" in bounce(status(return_path(tenant), DEAD))
    assert "Ignoré" in bounce(ordinary())
