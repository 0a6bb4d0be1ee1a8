"""Calls to addresses that somebody typed: what may be reached, and what a hostile one can do to us."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.guarded_session import guarded_session
from kit.outgoing import AnswerLost, NotSent, call
from kit.settings import settings
from tests.kit.far import OK, drips, far, identity, says
from tests.notifications.post import free_port

WHO = "Le programme"


@pytest.fixture
def real_installation(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No trial: our own network is not called."""
    monkeypatch.setenv("CRRC_BASE_URL", "https://crrc.example")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def named(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Names are looked up here: one answer after the other, the last for ever. What was asked is returned."""
    asked: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(None, None, None, "", (answers[min(len(asked), len(answers)) - 1], 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_an_answer_comes_back_whole() -> None:
    with far(says(b"HTTP/1.1 207 Many\r\nX-Said: once\r\nX-Said: twice\r\nContent-Length: 3\r\n\r\na\xff\0")) as port:
        answer = call(WHO, "POST", f"http://127.0.0.1:{port}/a?b=c", {}, b"body")
    assert (answer.status, answer.content) == (207, b"a\xff\0")
    assert answer.headers.get_all("x-said") == ["once", "twice"]


def test_the_question_is_what_it_should_be() -> None:
    heard: list[bytes] = []

    def listen(wire: socket.socket, asked: bytes) -> None:
        heard.append(asked)
        wire.sendall(OK)

    with far(listen) as port:
        call(WHO, "GET", f"http://localhost:{port}/p?q=1", {"X-One": "1"})
    head = heard[0].decode()
    assert head.startswith("GET /p?q=1 HTTP/1.1\r\n")
    assert f"\r\nHost: localhost:{port}\r\n" in head
    assert "\r\nAccept-Encoding: identity\r\n" in head
    assert (head.count("Host:"), head.count("Cookie")) == (1, 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "https://user:word@hooks.example/",
        "https://hooks.example@10.0.0.8/",
        "https://hooks.example/#a",
        "https:///",
        "https://[::1",
        "file:///etc/passwd",
        "https://a b/",
        "https://hooks.example/\r\nX: y",
        "https://hooks.example\\@10.0.0.8/",
        "https://hôte.example/",
        "",
    ],
    ids=range(13),
)
def test_an_address_that_is_not_called(url: str) -> None:
    with pytest.raises(NotSent):
        call(WHO, "POST", url, {}, b"")


@pytest.mark.usefixtures("real_installation")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8443",
        "localhost",
        "0.0.0.0",
        "10.0.0.8",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "192.0.0.192",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
    ],
)
def test_our_own_network_is_not_called(host: str) -> None:
    """However its address is written."""
    with pytest.raises(NotSent, match="notre réseau"):
        call(WHO, "POST", f"https://{host}/", {}, b"")


@pytest.mark.usefixtures("real_installation")
def test_a_name_is_asked_once_and_what_it_said_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the second answer would be ours."""
    called: list[tuple[str, int]] = []

    def connect(wire: socket.socket, where: tuple[str, int]) -> None:
        called.append(where)
        raise OSError

    asked = named(monkeypatch, "203.0.114.7", "127.0.0.1")
    monkeypatch.setattr("kit.wire.Wire.connect", connect)
    with pytest.raises(NotSent):
        call(WHO, "POST", "https://hooks.example/v1", {}, b"")
    assert (asked, called) == (["hooks.example"], [("203.0.114.7", 443)])


@pytest.mark.usefixtures("real_installation")
def test_one_inside_address_among_others_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(None, None, None, "", (one, 443)) for one in ("203.0.114.7", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(NotSent, match="notre réseau"):
        call(WHO, "POST", "https://hooks.example/v1", {}, b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300])
def test_nobody_is_followed_elsewhere(status: int) -> None:
    heard: list[bytes] = []

    def lure(wire: socket.socket, asked: bytes) -> None:
        heard.append(asked)
        wire.sendall(f"HTTP/1.1 {status} No\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".encode())

    with far(lure) as port:
        with pytest.raises(NotSent, match="autre adresse"):
            call(WHO, "POST", f"http://127.0.0.1:{port}/", {}, b"")
    assert len(heard) == 1


ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begins", "again", "seconds"),
    [
        (b"", b"", 0.02),
        (b"H", b"T", 0.02),
        (b"HTTP/1.1 200 OK\r\n", b"X", 0.02),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
        (ENDLESS, b"x", 0.02),
        (CHUNKED, b"1\r\nx\r\n", 0.02),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", 0.02),
    ],
    ids=["silent", "status", "header", "headers", "continues", "body", "chunks", "length"],
)
def test_an_answer_byte_by_byte_is_cut_when_the_whole_call_must_end(
    begins: bytes, again: bytes, seconds: float
) -> None:
    with far(drips(begins, again, seconds)) as port:
        begun = time.monotonic()
        with pytest.raises(AnswerLost):
            call(WHO, "POST", f"http://127.0.0.1:{port}/", {}, b"", patience=0.5)
        assert time.monotonic() - begun < 1.2


@pytest.mark.parametrize("begins", [ENDLESS, CHUNKED], ids=["body", "chunks"])
def test_an_endless_answer_is_not_kept(begins: bytes) -> None:
    again = b"x" * 65536 if begins is ENDLESS else b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with far(drips(begins, again, 0)) as port:
        with pytest.raises(AnswerLost):
            call(WHO, "POST", f"http://127.0.0.1:{port}/", {}, b"", largest=200_000)
        assert call(WHO, "POST", f"http://127.0.0.1:{port}/", {}, b"", reads=False).status == 200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok",
        CHUNKED + b"5\r\nok",
        CHUNKED + b"zz\r\nok",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X%d: y\r\n" % one for one in range(200)) + b"\r\n",
        b"HTTP/1.1 200 " + b"x" * 100_000,
    ],
    ids=["nothing", "nonsense", "short", "cut chunk", "no size", "many headers", "long line"],
)
def test_an_answer_that_is_none(content: bytes) -> None:
    with far(says(content)) as port:
        with pytest.raises(AnswerLost):
            call(WHO, "POST", f"http://127.0.0.1:{port}/", {}, b"")


def test_nobody_is_there() -> None:
    with pytest.raises(NotSent, match="ne répond pas"):
        call(WHO, "POST", f"http://127.0.0.1:{free_port()}/", {}, b"")
    with pytest.raises(NotSent, match="ne répond pas"):
        call(WHO, "POST", "https://nobody.invalid/", {}, b"")


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Certificates in this folder's `trusted.pem` are the system's own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    return tmp_path


@pytest.mark.parametrize(
    ("names", "days", "is_trusted", "sentence"),
    [
        (["localhost"], 1, True, ""),
        (["autre.example"], 1, True, "certificat refusé"),
        (["127.0.0.1"], 1, True, "certificat refusé"),
        (["localhost"], -1, True, "certificat refusé"),
        (["localhost"], 1, False, "certificat refusé"),
    ],
    ids=["good", "another name", "its address only", "expired", "unknown"],
)
def test_who_answers_must_prove_to_be_the_one_that_is_named(
    trusting: Path, names: list[str], days: int, is_trusted: bool, sentence: str
) -> None:
    tls, seen = identity(trusting, *names, days=days)
    (trusting / "trusted.pem").write_bytes(seen.read_bytes() if is_trusted else b"")
    with far(says(OK), tls) as port:
        if not sentence:
            assert call(WHO, "POST", f"https://localhost:{port}/", {}, b"").content == b"ok"
            assert guarded_session(WHO).get(f"https://localhost:{port}/", verify=False).text == "ok"
            return
        with pytest.raises(NotSent, match=sentence):
            call(WHO, "POST", f"https://localhost:{port}/", {}, b"")
        with pytest.raises(NotSent, match=sentence):
            guarded_session(WHO).get(f"https://localhost:{port}/", verify=False)


def test_no_encryption_where_it_was_asked_for() -> None:
    with far(says(OK)) as port:
        with pytest.raises(NotSent):
            call(WHO, "POST", f"https://localhost:{port}/", {}, b"", patience=2)


def test_a_session_for_libraries_keeps_the_same_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the environment nor what the library asks for opens anything."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    heard: list[bytes] = []

    def listen(wire: socket.socket, asked: bytes) -> None:
        heard.append(asked)
        wire.sendall(b'HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 8\r\n\r\n{"a": 1}')

    session = guarded_session(WHO)
    with far(listen) as port:
        url = f"http://127.0.0.1:{port}/"
        assert session.post(url, data={"grant": "é"}, params={"q": "1"}, timeout=None).json() == {"a": 1}
        session.get(url, auth=("me", "word"))
    assert heard[0].startswith(b"POST /?q=1 HTTP/1.1\r\n")
    assert heard[0].endswith(b"grant=%C3%A9")
    assert b"Authorization: Basic" in heard[1]
    assert b"cookie" not in heard[1].lower()
    with far(says(b"HTTP/1.1 302 No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")) as port:
        with pytest.raises(NotSent, match="autre adresse"):
            session.get(f"http://127.0.0.1:{port}/", allow_redirects=True)
    with pytest.raises(NotSent):
        session.get("http://hooks.example/")


@pytest.mark.usefixtures("real_installation")
def test_a_session_does_not_call_our_own_network() -> None:
    with pytest.raises(NotSent, match="notre réseau"):
        guarded_session(WHO).get("https://169.254.169.254/latest")
