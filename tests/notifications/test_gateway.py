"""A mail as bytes, and what a mail server's answers mean."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.gateway.mailer import NullMailer, SmtpMailer, mailer
from notifications.gateway.message import File, Mail, MailingList, to_bytes
from notifications.gateway.smtp import Interrupted, MailError, PutOff, RecipientRefused, Refused, Unreachable
from tests.notifications.post import Post, free_port

MAIL = Mail(
    id=UUID(int=5),
    sender="ne-pas-repondre@crrc.invalid",
    sender_name="e-santé Bretagne, « GCS »",
    reply_to="contact@e-sante.bzh",
    recipient="marie@ehpad.fr",
    title="Votre candidature à « Exercice de gestion de crise cyber » est retenue",
    text="Bonjour,\n\n.\nFrom ici\n" + "é" * 200 + "\n",
    html="<p>Bonjour & bienvenue</p>",
    at=datetime(2025, 10, 1, 7, tzinfo=UTC),
)


def read(mail: Mail) -> EmailMessage:
    """As a mail reader sees it."""
    return message_from_bytes(to_bytes(mail), policy=policy.default)  # type: ignore[return-value]


def text(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_headers() -> None:
    message = read(MAIL)
    assert message["Message-ID"] == "<00000000-0000-0000-0000-000000000005@crrc.invalid>"
    assert message["From"].addresses[0].display_name == MAIL.sender_name
    assert message["From"].addresses[0].addr_spec == MAIL.sender
    assert message["To"] == MAIL.recipient
    assert message["Subject"] == MAIL.title
    assert message["Reply-To"] == MAIL.reply_to
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == MAIL.at
    assert not message.defects
    assert not [name for name in message if name.lower().startswith("list-")]


def test_bodies() -> None:
    message = read(MAIL)
    assert message.get_content_type() == "multipart/alternative"
    assert text(message, "plain") == MAIL.text
    assert text(message, "html") == "<p>Bonjour & bienvenue</p>\n"
    assert text(read(replace(MAIL, html=None)), "plain") == MAIL.text


def test_lines_are_what_a_server_takes() -> None:
    """CRLF everywhere, short lines, ASCII: no server rewrites it, none takes a line of ours for its own."""
    content = to_bytes(MAIL)
    assert content.replace(b"\r\n", b"").count(b"\n") == content.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(len(line) for line in content.split(b"\r\n")) <= 200
    content.decode("ascii")


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])), st.text())
def test_any_words_come_back(title: str, body: str) -> None:
    """Whatever people write in a title or a motive."""
    message = read(replace(MAIL, title=title, text=body, html=None))
    assert message["Subject"].split() == title.split()
    assert message["To"] == MAIL.recipient
    assert len(message.keys()) == 11


@pytest.mark.parametrize("field", ["title", "sender_name", "recipient", "reply_to", "sender"])
def test_a_line_break_in_a_header_is_refused(field: str) -> None:
    """Rules and table refuse it before; here it would leave."""
    with pytest.raises(ValueError, match="line break"):
        to_bytes(replace(MAIL, **{field: "a@b.fr\r\nBcc: everybody@x.fr"}))


LIST = MailingList(
    "orders.bretagne.crrc.invalid", "e-santé « Bretagne », commandes", "https://crrc.example/b/unsubscribe/x"
)


def test_headers_of_a_list() -> None:
    """RFC 2919, RFC 8058: one address, one click; and a word that names the mail when it is quoted."""
    message = read(replace(MAIL, mailing_list=LIST, ticket="a" * 42))
    assert message["List-Unsubscribe"] == "<https://crrc.example/b/unsubscribe/x>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "e-santé « Bretagne », commandes <orders.bretagne.crrc.invalid>"
    assert message["X-CRRC-Notice"] == "a" * 42
    assert not message.defects


@pytest.mark.parametrize("field", ["id", "name", "leave"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\n "])
def test_a_line_break_in_a_list_s_header_is_refused(field: str, end: str) -> None:
    """A portal's name is typed by people."""
    broken = replace(LIST, **{field: f"x{end}Bcc: everybody@x.fr"})
    with pytest.raises(ValueError, match="line break"):
        to_bytes(replace(MAIL, mailing_list=broken))


@pytest.mark.parametrize("field", ["title", "sender_name", "recipient", "reply_to", "sender", "ticket"])
@pytest.mark.parametrize("end", ["\r\n ", "\r\n\t", "\n ", "\r"])
def test_a_folded_line_is_no_way_around(field: str, end: str) -> None:
    """What looks like our own folding came from somebody's words."""
    with pytest.raises(ValueError, match="line break"):
        to_bytes(replace(MAIL, **{field: f"a@b.fr{end}Bcc: everybody@x.fr"}))


def give(post: Post, mail: Mail = MAIL) -> MailError | None:
    """Send one; returns what was raised."""
    with mailer(post.url) as gateway:
        try:
            gateway.send(mail)
        except MailError as error:
            return error
    return None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("550 5.1.1 No such user", Refused),
        ("450 4.2.1 Mailbox busy", PutOff),
        ("452 4.2.2 Full", PutOff),
        ("421 4.3.2 Going down", Interrupted),
    ],
)
def test_answers_about_the_recipient_or_the_text(post: Post, answer: str, error: type[MailError]) -> None:
    """5xx is for ever, 4xx for now, 421 ends the conversation; the server's words are kept for staff."""
    post.on_recipient = lambda address: answer
    refused = give(post)
    assert type(refused) is (RecipientRefused if error is Refused else error)
    assert answer in refused.reason  # type: ignore[union-attr]
    post.on_recipient, post.on_text = (lambda address: None), (lambda envelope: answer)
    assert type(give(post)) is error


def test_a_server_that_refuses_our_own_address_refuses_nobody(post: Post) -> None:
    """A wrong setting must not make ten thousand mails fail for ever."""
    post.on_sender = lambda address: "553 5.7.1 Sender not allowed"
    assert isinstance(give(post), Unreachable)


def test_a_refusal_leaves_the_conversation_ready(post: Post) -> None:
    """The next mail passes, in the same conversation."""
    post.on_recipient = lambda address: "550 No" if "marie" in address else None
    with mailer(post.url) as gateway:
        with pytest.raises(Refused):
            gateway.send(MAIL)
        gateway.send(replace(MAIL, recipient="jean@ehpad.fr"))
    assert post.recipients == ["jean@ehpad.fr"]
    assert post.conversations == 1


def test_after_a_break_the_next_mail_opens_another_conversation(post: Post) -> None:
    answers = iter(["hang up", None])
    post.on_text = lambda envelope: next(answers)
    with mailer(post.url) as gateway:
        with pytest.raises(Interrupted):
            gateway.send(MAIL)
        gateway.send(MAIL)
    assert (len(post.taken), post.conversations) == (1, 2)


def test_a_silent_server_is_not_waited_for_for_ever(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.gateway.smtp.TIMEOUT_OF_TEXT", 0.3)
    post.before_text = threading.Event()
    assert isinstance(give(post), Interrupted)
    post.before_text.set()


def test_an_absent_server_is_said_to_be_absent() -> None:
    with mailer(f"smtp://127.0.0.1:{free_port()}") as gateway, pytest.raises(Unreachable, match="connexion refusée"):
        gateway.send(MAIL)


def test_a_password_is_never_sent_in_clear(post: Post) -> None:
    """This server offers no TLS: no conversation."""
    with mailer(f"smtp://user:secret@127.0.0.1:{post.port}") as gateway, pytest.raises(Unreachable, match="STARTTLS"):
        gateway.send(MAIL)


def test_addresses_of_servers() -> None:
    gateway = mailer("smtp+starttls://user%40x.fr:p%3Aw@mail.example.org")
    assert isinstance(gateway, SmtpMailer)
    address = gateway.address
    assert (address.security, address.host, address.port) == ("smtp+starttls", "mail.example.org", 587)
    assert (address.user, address.password) == ("user@x.fr", "p:w")
    assert isinstance(mailer("null:"), NullMailer)
    with pytest.raises(ValueError, match="CRRC_SMTP_URL"):
        mailer("http://mail.example.org")


def test_a_file_goes_along_whole() -> None:
    content = bytes(range(256)) * 300
    for mail in (MAIL, replace(MAIL, html=None)):
        message = read(replace(mail, file=File("invoices/x", "F2026-000001.pdf", content)))
        assert message.get_content_type() == "multipart/mixed"
        assert text(message, "plain") == MAIL.text
        (file,) = message.iter_attachments()
        assert (file.get_content_type(), file.get_filename()) == ("application/pdf", "F2026-000001.pdf")
        assert file.get_content() == content
        assert not message.defects


@pytest.mark.parametrize("name", ["", "a b.pdf", 'a".pdf', "é.pdf", "a\r\nBcc: x@y.fr", "../x.pdf"])
def test_a_file_with_an_odd_name_does_not_leave(name: str) -> None:
    with pytest.raises(ValueError):
        to_bytes(replace(MAIL, file=File("invoices/x", name, b"%PDF")))
