"""The antivirus: a clamd of the tests' own, in the words of its protocol; what it condemns nobody opens."""

import io
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from app import errands
from campaigns.service import attachment as attachments
from campaigns.service import scanning
from campaigns.service.attachment import Upload
from campaigns.service.candidacy import view_candidacy
from campaigns.service.submission import submit_candidacy
from kit import clamd, clock
from kit.errors import Conflict, Invalid
from tenants.models import Tenant
from tests.campaigns.applying import AFTER, DURING
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
