"""What comes in an address, a header or a name never makes a second line: not in a header, not in a log."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from io import StringIO

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app import logs
from kit.actor import operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.browser import Browser

FORGED = "%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<script>"


@pytest.fixture
def port(application: Flask) -> Iterator[int]:
    """The application on a wire, where a header may hold anything."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(5)


def speak(port: int, request: bytes) -> bytes:
    """The raw answer to a raw request."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request)
        wire.shutdown(socket.SHUT_WR)
        parts = []
        while part := wire.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    "path",
    [
        f"/sign-in?next={FORGED}",
        f"/{FORGED}",
        f"/campaigns/{FORGED}",
        f"/receipts/{FORGED}",
        f"/services?words={FORGED}&after={FORGED}",
        "/services?words=%00&words=%ff%fe",
        f"/sign-in/{FORGED}",
    ],
    ids=range(7),
)
def test_an_address_makes_no_second_header(port: int, tenant: Tenant, path: str) -> None:
    answer = speak(port, f"GET /{tenant.slug}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head = answer.partition(b"\r\n\r\n")[0]
    assert int(head.split()[1]) < 500
    assert b"\r\nSet-Cookie: a=b" not in head


@pytest.mark.parametrize(
    "header",
    [
        b"Authorization: Bearer a\x0bb\x85c",
        b"Authorization: Bearer \xff\xfe",
        b"Authorization: Bearer " + b"x" * 20_000,
        b"Authorization: Bearer a\tb",
        b'X-Request-Id: one\x0b{"event": "forged"}',
        b"Cookie: crrc_session=\x01\x02; crrc_browser=\xff",
        b'If-Match: "\x0b"',
        b"Accept-Language: \xe9\xe9",
        b"Accept: \x01/\x02",
        b"Content-Type: application/json; charset=\xff",
        b"Range: bytes=99999999999999999999-",
    ],
    ids=range(11),
)
def test_a_header_that_is_none_is_no_fault_and_no_second_line_of_the_log(
    port: int, tenant: Tenant, header: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    for path in (f"/{tenant.slug}/sign-in", f"/api/v1/{tenant.slug}/portal"):
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".encode() + header + b"\r\n\r\n"
        status = int(speak(port, request).split()[1])
        assert status < 500, path
    lines = [line for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    assert all(json.loads(line)["event"] != "forged" for line in lines)


def test_a_name_in_the_log_stays_on_its_line(tenant: Tenant, capfd: pytest.CaptureFixture[str]) -> None:
    """Also what the standard library's loggers write, with their tracebacks."""
    logs.configure()
    forged = 'a\n{"event": "forged"}\r\n\x1b[31m\u2028b'
    import structlog

    structlog.get_logger("crrc.tests").warning("essai", name=forged)
    try:
        raise ValueError(forged)
    except ValueError:
        logging.getLogger("crrc.tests").exception("Notice %s could not be written.", forged)
    said = [line for line in capfd.readouterr().err.split("\n") if line]
    assert len(said) == 2
    assert [json.loads(line)["event"].startswith("forged") for line in said] == [False, False]
    assert "\x1b" not in "".join(said)


def test_a_record_and_its_end_are_written_in_one_piece(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes share the standard error: what is written in two pieces comes out as two records on one line."""

    class Wire(StringIO):
        def __init__(self) -> None:
            super().__init__()
            self.pieces: list[str] = []

        def write(self, text: str) -> int:
            self.pieces.append(text)
            return len(text)

    wire = Wire()
    monkeypatch.setattr("sys.stderr", wire)
    logs.configure()
    import structlog

    structlog.get_logger("crrc.tests").warning("one")
    logging.getLogger("crrc.tests").warning("two")
    assert [(json.loads(piece)["event"], piece[-1:]) for piece in wire.pieces] == [("one", "\n"), ("two", "\n")]


def test_a_name_in_a_file_name_makes_no_second_header(application: Flask, tenant: Tenant) -> None:
    """A program's name is what people type; it is in no header, and harmless in a page."""
    name = 'Tableur"; filename="x.exe'
    token = create_token(operator("t", tenant.id), name, ["tenant"], known_scopes=["tenant.view"])[0]
    from tenants.service.role import grant_role

    grant_role(operator("t", tenant.id), "chef@grades.fr", "grades_manager")
    page = Browser(application, tenant).sign_in("chef@grades.fr").get("/staff/tokens")
    assert token.name == name
    assert "&#34;; filename=" in page.text
