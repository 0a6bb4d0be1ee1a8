"""The antivirus: a clamd of the tests' own, in the words of its protocol; what it condemns nobody opens."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import select

from app import errands
from app.subscriptions import SUBSCRIPTIONS
from campaigns.jobs.attachment import tell_condemnation
from campaigns.service import attachment as attachments
from campaigns.service import scanning
from campaigns.service.attachment import Upload
from campaigns.service.candidacy import view_candidacy
from campaigns.service.submission import submit_candidacy
from kit import clamd, clock
from kit.actor import Actor, system
from kit.errors import Conflict, Invalid
from kit.outbox import OutboxMessage
from kit.relay import deliver, listener_name
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.applying import AFTER, DURING, a_colleague
from tests.campaigns.files import a_person
from tests.campaigns.joining import add, another_pdf, begun, joined

pytestmark = pytest.mark.usefixtures("no_limits")
EVIL = b"EICAR"


@dataclass
class Antivirus:
    """What it was sent; `answer` in place of its own word."""

    received: list[bytes] = field(default_factory=list)
    answer: bytes | None = None

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, line.makefile("rb") as asked:
                assert asked.read(10) == b"zINSTREAM\0"
                content = b""
                while length := int.from_bytes(asked.read(4)):
                    content += asked.read(length)
                self.received.append(content)
                found = b"stream: Eicar-Signature FOUND\0" if EVIL in content else b"stream: OK\0"
                line.sendall(found if self.answer is None else self.answer)


@pytest.fixture
def antivirus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Antivirus]:
    """One that listens, and is set."""
    one = Antivirus()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=one.serve, args=(listener,), daemon=True).start()
        monkeypatch.setenv("CRRC_CLAMD", f"127.0.0.1:{listener.getsockname()[1]}")
        yield one
        listener.shutdown(socket.SHUT_RDWR)


def scan(tenant: Tenant) -> int:
    with clock.frozen(DURING):
        return errands.run_errand("attachments", str(tenant.id), "0", lambda: False)


def test_it_is_off_unless_set(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRRC_CLAMD", raising=False)
    person, file = begun(tenant)
    assert add(person, file.id).attachment.state == "unscanned"
    assert scanning.wanted(tenant.id) == 0


def test_a_file_waits_then_is_clean(tenant: Tenant, antivirus: Antivirus) -> None:
    person, file = begun(tenant)
    content = another_pdf("x" * 200_000)
    kept = add(person, file.id, content=content).attachment
    assert kept.state == "pending"
    with clock.frozen(DURING):
        submit_candidacy(person, file.id)
    instructor = a_person(tenant, "ars_instructor")
    assert attachments.read_attachment(person, kept.id)[1] == content
    with pytest.raises(Conflict, match="attend son analyse"):
        attachments.read_attachment(instructor, kept.id)
    assert scanning.wanted(tenant.id) == 1
    assert scan(tenant) == 1
    assert antivirus.received == [content]
    assert scanning.wanted(tenant.id) == 0
    assert attachments.read_attachment(instructor, kept.id)[0].state == "clean"


def test_what_it_condemns_nobody_opens_and_is_not_submitted(tenant: Tenant, antivirus: Antivirus) -> None:
    person, file = begun(tenant)
    kept = add(person, file.id, content=another_pdf("EICAR")).attachment
    add(person, file.id, "bon.pdf", another_pdf("good"), "annexes")
    assert scan(tenant) == 2
    with pytest.raises(Conflict, match="malveillant"):
        attachments.read_attachment(person, kept.id)
    assert joined(person, file.id)[0]["infected"] is True
    with clock.frozen(DURING):
        gaps = view_candidacy(person, file.id).progress.gaps
        assert [gap.field for gap in gaps] == ["proof"]
        assert "programme malveillant" in gaps[0].sentence
        with pytest.raises(Invalid):
            submit_candidacy(person, file.id)
        attachments.remove_attachment(person, kept.id)
    add(person, file.id, content=another_pdf("good too"))
    with clock.frozen(DURING):
        submit_candidacy(person, file.id)


def test_found_once_submitted_the_submission_stands_and_says_it(tenant: Tenant, antivirus: Antivirus) -> None:
    person, file = begun(tenant)
    kept = add(person, file.id, content=another_pdf("EICAR")).attachment
    with clock.frozen(DURING):
        submit_candidacy(person, file.id)
    with clock.frozen(AFTER):
        assert scanning.run(tenant.id, lambda: False) == 1
    instructor = a_person(tenant, "ars_instructor")
    with pytest.raises(Conflict, match="malveillant"):
        attachments.read_attachment(instructor, kept.id)
    assert "infected" not in joined(person, file.id)[0], "what was submitted is not said to have changed"


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK?\0", b"x" * 5000])
def test_an_antivirus_that_does_not_answer_is_asked_later(tenant: Tenant, antivirus: Antivirus, answer: bytes) -> None:
    person, file = begun(tenant)
    add(person, file.id)
    antivirus.answer = answer
    assert scan(tenant) == 0
    assert scanning.wanted(tenant.id) == 1
    antivirus.answer = None
    assert scan(tenant) == 1


def test_nobody_there(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRRC_CLAMD", "127.0.0.1:9")
    person, file = begun(tenant)
    add(person, file.id)
    assert scan(tenant) == 0
    for wrong in ("nowhere", "host:0", "host:99999", ":3310"):
        monkeypatch.setenv("CRRC_CLAMD", wrong)
        with pytest.raises(Invalid, match="CRRC_CLAMD"):
            clamd.scan(io.BytesIO(b""))


def test_what_came_before_the_antivirus_is_scanned_too(tenant: Tenant, antivirus: Antivirus) -> None:
    person, file = begun(tenant)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CRRC_CLAMD")
        add(person, file.id)
    assert scan(tenant) == 1
    assert attachments.list_attachments(person, file.id)[0].state == "clean"


def test_removed_meanwhile(tenant: Tenant, antivirus: Antivirus, monkeypatch: pytest.MonkeyPatch) -> None:
    person, file = begun(tenant)
    kept = add(person, file.id).attachment

    def slow(content: object) -> str:
        with clock.frozen(DURING):
            attachments.remove_attachment(person, kept.id)
        return "Eicar"

    monkeypatch.setattr(clamd, "scan", slow)
    assert scan(tenant) == 0
    assert joined(person, file.id) == []


def test_the_same_bytes_are_told_once(tenant: Tenant, antivirus: Antivirus) -> None:
    person, file = begun(tenant)
    with clock.frozen(DURING):
        for _ in range(2):
            attachments.add_attachment(person, file.id, "proof", Upload("a.pdf", io.BytesIO(another_pdf("same"))))
    assert scan(tenant) == 1


@pytest.fixture
def browser_of(application: Flask, tenant: Tenant) -> Callable[[Actor], Browser]:
    """Somebody's browser, signed in."""
    return lambda person: Browser(application, tenant).sign_in(person.email)


def plain(mail: Notification) -> str:
    return (mail.text_body or "").replace("\xa0", " ")


def condemned(tenant: Tenant) -> list[Notification]:
    """Let the news be told, twice; what was written."""
    with transaction(system(tenant.id, "tests")) as tx:
        messages = tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "attachment.condemn")).all()
    for one in [*messages, *messages]:
        deliver(SUBSCRIPTIONS, tenant.id, one.id, listener_name(tell_condemnation))
    with transaction(system(tenant.id, "tests")) as tx:
        found = select(Notification).where(Notification.template == "campaigns/attachment_condemned")
        return list(tx.session.scalars(found.order_by(Notification.email)))


def test_those_who_write_in_the_file_are_told_once_with_what_to_do(
    tenant: Tenant, antivirus: Antivirus, browser_of: Callable[[Actor], Browser]
) -> None:
    person, file = begun(tenant)
    reader, colleague = (a_colleague(tenant, file, role) for role in ("reader", "editor"))
    kept = add(person, file.id, "Organigramme.pdf", another_pdf("EICAR")).attachment
    assert scan(tenant) == 1
    with clock.frozen(DURING):
        told = condemned(tenant)
    assert {one.email for one in told} == {person.email, colleague.email}
    assert reader.email not in {one.email for one in told}
    words = told[0].text_body.replace("\xa0", " ")
    for said in (
        "Fichier : Organigramme.pdf",
        "Question : Organigramme ou attestation",
        "Retirez ce fichier",
        "avant le",
    ):
        assert said in words
    with clock.frozen(DURING):
        page = text_of(browser_of(person).get(f"/candidacies/{file.id}"))
        assert "Un fichier est à remplacer" in page
        assert "« Organigramme.pdf » : personne ne peut l’ouvrir. Retirez-le" in page
        attachments.remove_attachment(person, kept.id)
        assert "à remplacer" not in text_of(browser_of(person).get(f"/candidacies/{file.id}"))


def test_once_it_is_over_the_mail_says_that_the_submission_stands(
    tenant: Tenant, antivirus: Antivirus, browser_of: Callable[[Actor], Browser]
) -> None:
    person, file = begun(tenant)
    add(person, file.id, content=another_pdf("EICAR"))
    with clock.frozen(DURING):
        submit_candidacy(person, file.id)
    with clock.frozen(AFTER):
        assert scanning.run(tenant.id, lambda: False) == 1
        (told,) = condemned(tenant)
        assert "Votre dépôt reste acquis, à sa date : vous n’avez rien à refaire" in plain(told)
        assert "Votre dépôt reste acquis" in text_of(browser_of(person).get(f"/candidacies/{file.id}"))


def test_what_is_gone_is_not_told(tenant: Tenant, antivirus: Antivirus) -> None:
    person, file = begun(tenant)
    kept = add(person, file.id, content=another_pdf("EICAR")).attachment
    assert scan(tenant) == 1
    with clock.frozen(DURING):
        attachments.remove_attachment(person, kept.id)
    assert condemned(tenant) == []
