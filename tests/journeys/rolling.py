"""Two releases of the portal on one database, and a small proxy that takes a web process out before it is stopped."""

import io
import os
import socket
import subprocess
import sys
import tarfile
import threading
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.kit.crew import eventually

PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PAUSE = 0.05  # seconds: enough requests that one is always under way, and a processor left for the upgrade


def git(*arguments: str) -> bytes:
    """What git says of this project."""
    return subprocess.run(["git", *arguments], cwd=PROJECT, check=True, capture_output=True).stdout


def previous() -> str:
    """The release before: PREVIOUS, else the newest tag, else the last commit with one migration less than now."""
    named = os.environ.get("PREVIOUS") or git("tag", "--sort=-creatordate").decode().split("\n")[0]
    if named:
        return named
    newest = max((PROJECT / "migrations/versions").glob("[0-9]*_*.py")).name
    added = git("log", "--diff-filter=A", "--format=%H", "--", f"migrations/versions/{newest}").decode().split()
    return f"{added[-1]}^" if added else "HEAD"


def unpack(commit: str, folder: Path) -> Path:
    """The sources of `commit`, with what is built from them as it is here."""
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit))) as tar:
        tar.extractall(folder, filter="data")
    built = folder / "app/static/build"
    if not built.exists():
        built.symlink_to(PROJECT / "app/static/build")
    return folder


class Release:
    """The code of one release: runs its commands and its processes on the database of `named`."""

    def __init__(self, sources: Path, named: Mapping[str, str], log: Path) -> None:
        self.sources, self.log = sources, log
        self.environment = {**os.environ, **named, "PYTHONPATH": str(sources), "CRRC_POOL_SIZE": "4"}

    def run(self, script: str, *arguments: str) -> str:
        """What a script prints."""
        command = [sys.executable, "-c", script, *arguments]
        done = subprocess.run(
            command, cwd=self.sources, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def crrc(self, *arguments: str) -> str:
        """What a command prints."""
        return self.run("from app.cli import main; main()", *arguments)

    def web(self, port: int) -> "subprocess.Popen[bytes]":
        """One web process on `port`, ready."""
        options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "3", "--no-ws", "--http", "1"]
        command = [str(BIN / "granian"), *options, "--host", "127.0.0.1", "--port", str(port), "app.wsgi:app"]
        process = self._start(command)
        eventually(lambda: _answers(port), 90)
        return process

    def worker(self) -> "subprocess.Popen[bytes]":
        """The background process."""
        return self._start([sys.executable, "-c", "from app.cli import main; main()", "worker"])

    def _start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=self.sources, env=self.environment, stdout=log, stderr=log)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class Proxy:
    """What a load balancer does: each request to the next one in turn; whoever is taken out finishes what it has."""

    def __init__(self) -> None:
        self.door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self.door.getsockname()[1]
        self.turn: list[int] = []
        self.busy: dict[int, int] = {}
        self.lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def put_in(self, port: int) -> None:
        """Requests go there too from now on."""
        with self.lock:
            self.turn.append(port)
            self.busy.setdefault(port, 0)

    def take_out(self, port: int) -> None:
        """No request goes there any more; returns when those that are there have their answer."""
        with self.lock:
            self.turn.remove(port)
        eventually(lambda: self.busy[port] == 0, 30)

    def close(self) -> None:
        """Nobody comes in any more."""
        self.door.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(caller,), daemon=True).start()

    def _pass(self, caller: socket.socket) -> None:
        """One request, one answer, one connection."""
        with caller:
            asked = _read_request(caller)
            if not asked:
                return
            with self.lock:
                port = self.turn[0]
                self.turn.append(self.turn.pop(0))
                self.busy[port] += 1
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=60) as web:
                    web.sendall(asked)
                    while piece := web.recv(65536):
                        caller.sendall(piece)
            except OSError:
                pass  # the caller sees an answer cut short, and counts it
            finally:
                with self.lock:
                    self.busy[port] -= 1


def _read_request(caller: socket.socket) -> bytes:
    """All of a request, its connection to be closed after the answer."""
    caller.settimeout(60)
    asked = b""
    while b"\r\n\r\n" not in asked:
        piece = caller.recv(65536)
        if not piece:
            return b""
        asked += piece
    head, _, body = asked.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += caller.recv(65536)
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body


class Crowd:
    """People who read and programs that write, some tens of times a second, each in a file of their own."""

    def __init__(self, port: int, world: Mapping[str, Any]) -> None:
        self.address, self.world = f"http://127.0.0.1:{port}", world
        self.asked, self.failed, self.slowest = 0, list[str](), 0.0
        self.saved: dict[str, int] = {}
        self.going = True
        self.threads = [threading.Thread(target=self._write, args=(one,)) for one in world["applicants"]]
        self.threads.append(threading.Thread(target=self._read))

    def __enter__(self) -> "Crowd":
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.going = False
        for one in self.threads:
            one.join(90)

    def ask(self, method: str, path: str, token: str = "", body: bytes | None = None, tag: str = "") -> Any:
        """One request; its answer, or None when it failed, which is noted."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Content-Type": "application/json", "If-Match": tag} if body is not None else {}
        asked = urllib.request.Request(self.address + path, body, headers, method=method)
        began, self.asked = time.perf_counter(), self.asked + 1
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                answer.content = answer.read()
                return answer
        except OSError as error:
            self.failed.append(f"{method} {path}: {error}")
            return None
        finally:
            self.slowest = max(self.slowest, time.perf_counter() - began)

    def _read(self) -> None:
        while self.going:
            for path in ("", f"campaigns/{self.world['campaign']}"):
                self.ask("GET", f"/{self.world['tenant']}/{path}")
                time.sleep(PAUSE)

    def _write(self, applicant: Mapping[str, str]) -> None:
        path = f"/api/v1/{self.world['tenant']}/candidacies/{applicant['file']}"
        number = 0
        while self.going:
            read = self.ask("GET", path, applicant["token"])
            number += 1
            told = f'{{"answers": {{"beds": {number}}}}}'.encode()
            if read and self.ask("PATCH", f"{path}/answers", applicant["token"], told, read.headers["ETag"]):
                self.saved[applicant["file"]] = number
            time.sleep(PAUSE)
