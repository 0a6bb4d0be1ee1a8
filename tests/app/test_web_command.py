"""`crrc web`: what it runs, where it listens, and that a request in flight is finished before it ends."""

import os
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.processes.web import web_command, web_environment
from kit.errors import Invalid
from kit.settings import Settings, settings

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("CRRC_WEB_WORKERS", "CRRC_WEB_PLACES", "CRRC_WEB_HOST", "CRRC_WEB_SOCKET", "CRRC_POOL_SIZE"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_on_a_port_by_default() -> None:
    command = web_command(replace(settings(), port=8080))
    assert command[0].endswith("/granian")
    assert command[-5:] == ["--host", "127.0.0.1", "--port", "8080", "app.wsgi:app"]
    assert command[command.index("--workers") + 1] == "2"
    assert command[command.index("--blocking-threads") + 1] == "32"


def test_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRRC_WEB_WORKERS", "3")
    monkeypatch.setenv("CRRC_WEB_PLACES", "8")
    monkeypatch.setenv("CRRC_WEB_HOST", "0.0.0.0")
    command = web_command(settings(), patience=7)
    assert command[command.index("--workers") + 1] == "3"
    assert command[command.index("--workers-kill-timeout") + 1] == "7"
    assert "0.0.0.0" in command
    assert web_environment(settings(), {})["CRRC_POOL_SIZE"] == "25"
    assert web_environment(settings(), {"CRRC_POOL_SIZE": "4"})["CRRC_POOL_SIZE"] == "4"


@pytest.mark.parametrize(
    ("name", "value"), [("CRRC_WEB_WORKERS", "0"), ("CRRC_WEB_PLACES", "beaucoup"), ("CRRC_WEB_WORKERS", "²")]
)
def test_a_wrong_number_is_said(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Invalid, match=name):
        settings()


@pytest.mark.slow
@pytest.mark.parametrize("on_socket", [False, True])
def test_a_request_in_flight_is_finished(tmp_path: Path, on_socket: bool) -> None:
    where = tmp_path / "web.sock" if on_socket else None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configured = replace(settings(), web_socket=where, port=port, web_workers=2)
    with _running(configured) as process:
        _wait(configured)
        if where is not None:
            assert stat.S_IMODE(where.stat().st_mode) == 0o660
        asked = _connect(configured)
        asked.sendall(b"GET /1.5 HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.4)
        process.send_signal(signal.SIGTERM)
        assert asked.recv(4096).startswith(b"HTTP/1.1 200")
        asked.close()
        assert process.wait(10) == 0
        assert where is None or not where.exists()


@contextmanager
def _running(configured: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    command = [*web_command(configured)[:-1], "tests.app.slow_answer:app"]
    process = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, "GRANIAN_LOG_ENABLED": "false"})
    try:
        yield process
    finally:
        process.kill()
        process.wait(5)


def _connect(configured: Settings) -> socket.socket:
    if configured.web_socket is None:
        return socket.create_connection(("127.0.0.1", configured.port), timeout=10)
    caller = socket.socket(socket.AF_UNIX)
    caller.settimeout(10)
    try:
        caller.connect(str(configured.web_socket))
    except OSError:
        caller.close()
        raise
    return caller


def _wait(configured: Settings) -> None:
    """Until two processes answer: an answer of each may be had only by asking several times."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), _connect(configured) as caller:
            caller.sendall(b"GET /0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            if caller.recv(4096):
                time.sleep(1)
                return
        time.sleep(0.05)
    raise AssertionError("The web does not answer.")
