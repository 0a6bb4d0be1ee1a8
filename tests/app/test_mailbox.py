"""The local mailbox: mails really sent by SMTP, kept on the disk, read on its pages whatever they hold."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.mailbox import parts
from app.mailbox.door import open_door
from app.mailbox.page import create_page
from app.mailbox.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "mailbox")


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return create_page(store).test_client()


@pytest.fixture
def door(store: Store) -> Iterator[smtplib.SMTP]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with open_door(store, "127.0.0.1", port), smtplib.SMTP("127.0.0.1", port, timeout=10) as connection:
        yield connection


def a_mail(**changes: str) -> EmailMessage:
    mail = EmailMessage()
    headers = {"From": "crrc@bretagne.example", "To": "gestion@ehpad.example", "Subject": "Votre accusé de réception"}
    for name, value in (headers | changes).items():
        mail[name] = value
    mail.set_content(
        "Bonjour,\n\nVotre lien : https://portail.example/entrer/a-b?c=1&d=2.\n<script>alert(1)</script>\n"
    )
    mail.add_alternative("<h1>Bonjour</h1><script>alert(1)</script>", subtype="html")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="reçu.pdf")
    return mail


def test_a_mail_is_on_the_disk_when_the_server_says_so(store: Store, door: smtplib.SMTP) -> None:
    door.send_message(a_mail(), to_addrs=["gestion@ehpad.example", "copie.cachee@ars.example"])
    (file,) = store.folder.glob("*.eml")
    assert "Votre lien" in file.read_bytes().decode("utf-8", "replace")
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(store.folder.iterdir()) == [file]  # nothing half written
    (mail,) = store.newest()
    assert mail.recipients == ("gestion@ehpad.example", "copie.cachee@ars.example")
    assert mail.subject == "Votre accusé de réception"


def test_mails_come_newest_first_and_are_found_by_recipient(
    store: Store, door: smtplib.SMTP, client: FlaskClient
) -> None:
    for number in range(3):
        door.send_message(a_mail(Subject=f"Courriel {number}"), to_addrs=[f"personne{number}@ehpad.example"])
    assert [mail.subject for mail in store.newest()] == ["Courriel 2", "Courriel 1", "Courriel 0"]
    assert [mail.subject for mail in store.newest(to="PERSONNE1@")] == ["Courriel 1"]
    page = client.get("/?to=personne1").text
    assert "Courriel 1" in page
    assert "Courriel 2" not in page
    assert "Aucun courriel pour cette adresse" in client.get("/?to=inconnu").text


def test_a_disk_that_refuses_is_said_to_the_sender(store: Store, door: smtplib.SMTP) -> None:
    store.folder.rmdir()
    with pytest.raises(smtplib.SMTPDataError) as refused:
        door.send_message(a_mail())
    assert refused.value.smtp_code == 451
    store.folder.mkdir()


def test_the_page_escapes_the_mail_and_keeps_its_html_in_a_sandbox(
    store: Store, door: smtplib.SMTP, client: FlaskClient
) -> None:
    door.send_message(a_mail(Subject="<b>gras</b>", From="<i>x</i> <x@y.example>"))
    (mail,) = store.newest()
    answer = client.get(f"/mails/{mail.name}")
    assert "<script" not in answer.text
    assert "<b>" not in answer.text
    assert '<a href="https://portail.example/entrer/a-b?c=1&amp;d=2">' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    html = client.get(f"/mails/{mail.name}/html")
    assert "<h1>Bonjour</h1>" in html.text
    assert html.headers["Content-Security-Policy"].startswith("sandbox allow-popups")
    assert "allow-scripts" not in html.headers["Content-Security-Policy"] + answer.text


def test_attachments_are_downloaded_never_opened(store: Store, door: smtplib.SMTP, client: FlaskClient) -> None:
    door.send_message(a_mail())
    (mail,) = store.newest()
    assert "reçu.pdf" in (page := client.get(f"/mails/{mail.name}").text)
    assert "5\N{NO-BREAK SPACE}octets" in page
    with client.get(f"/mails/{mail.name}/attachments/1") as answer:
        assert answer.data == b"%PDF-"
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    for number in (0, 2, 99):
        assert client.get(f"/mails/{mail.name}/attachments/{number}").status_code == 404
    with client.get(f"/mails/{mail.name}/source") as answer:
        assert answer.data == store.raw(mail.name)


@pytest.mark.parametrize("name", ["inconnu", "..", "%2e%2e%2fsecret", "20250923T215959000000Z-1-1", "a" * 300])
def test_a_mail_that_is_not_there_is_not_found(client: FlaskClient, name: str) -> None:
    for path in (f"/mails/{name}", f"/mails/{name}/html", f"/mails/{name}/source", f"/mails/{name}/attachments/1"):
        assert client.get(path).status_code == 404


def test_long_lists_have_pages(store: Store, client: FlaskClient) -> None:
    for number in range(60):
        store.keep(f"Subject: n{number}\r\n\r\n".encode(), ["a@b.example"])
    first, second = client.get("/").text, client.get("/?page=2").text
    assert "n59" in first
    assert "Plus anciens" in first
    assert "n0" in second
    assert "Plus récents" in second
    assert (
        client.get("/?page=0").status_code
        == client.get("/?page=x").status_code
        == client.get("/?page=99").status_code
        == 200
    )


def test_another_site_cannot_take_its_name(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "attaquant.example"}).status_code == 400


HEADERS = [b"Content-Type: ", b"Content-Transfer-Encoding: ", b"Content-Disposition: ", b"Subject: ", b"From: "]
VALUES = [
    b"text/html; charset=nothing",
    b"text/plain; charset=\xff",
    b"multipart/mixed; boundary=x",
    b"multipart/alternative",
    b"message/rfc822",
    b"base64",
    b"quoted-printable",
    b"=?utf-8?b?////?=",
    b"attachment; filename*=utf-8''%ff/../a",
    b"<x",
]
LINES = st.builds(bytes.__add__, st.sampled_from(HEADERS), st.sampled_from(VALUES) | st.binary(max_size=20))


@settings(max_examples=150)
@given(headers=st.lists(LINES, max_size=5), body=st.binary(max_size=60) | st.just(b"--x\r\n\r\n\xff\r\n--x--"))
@example(headers=[b"From: \x00@"], body=b"")
@example(headers=[b"From: \x80@"], body=b"")
def test_no_mail_breaks_the_pages(tmp_path_factory: pytest.TempPathFactory, headers: list[bytes], body: bytes) -> None:
    store = Store(tmp_path_factory.mktemp("mailbox"))
    client = create_page(store).test_client()
    name = store.keep(b"\r\n".join([*headers, b"", body]), ["a@b.example"])
    assert client.get("/").status_code == 200
    assert client.get(f"/mails/{name}").status_code == 200
    assert client.get(f"/mails/{name}/html").status_code in (200, 404)
    with client.get(f"/mails/{name}/attachments/1") as answer:
        assert answer.status_code in (200, 404)


def test_links_end_where_people_end_them() -> None:
    assert str(parts.with_links("voir (https://a.example/b), puis http://c.example.")) == (
        'voir (<a href="https://a.example/b">https://a.example/b</a>), puis '
        '<a href="http://c.example">http://c.example</a>.'
    )
    assert "<a" not in str(parts.with_links("javascript:alert(1) ftp://x <a href=x>".replace("<a", "&")))
