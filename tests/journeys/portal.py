"""The portal as it runs for people: web, workers, scheduler, each a process that a test may kill."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kit.crew import eventually
from tests.notifications.post import Post, free_port

PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


class Portal:
    """`web`, `worker` and `scheduler` processes on the test session's database, mailing through the test's server."""

    def __init__(self, folder: Path, post: Post) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        named = {"CRRC_PORT": str(self.port), "CRRC_BASE_URL": self.address, "CRRC_SMTP_URL": post.url}
        self.environment = os.environ | named
        self.members: list[subprocess.Popen[bytes]] = []

    def start_web(self) -> None:
        """Two processes of four threads, as in production; returns when they are ready."""
        self._start("web", [str(BIN / "crrc"), "web", "--patience", "5"])
        eventually(self._is_ready)

    def start(self, what: str) -> "subprocess.Popen[bytes]":
        """A `worker` or a `scheduler`."""
        return self._start(what, [str(BIN / "crrc"), what])

    def kill(self, member: "subprocess.Popen[bytes]") -> None:
        """kill -9."""
        member.kill()
        member.wait(5)
        self.members.remove(member)

    def stop(self) -> None:
        """Everybody, politely, then not."""
        for member in reversed(self.members):
            member.terminate()
        for member in self.members:
            try:
                member.wait(10)
            except subprocess.TimeoutExpired:
                member.kill()
                member.wait(5)
        self.members.clear()

    def _start(self, name: str, command: list[str]) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("ab") as log:
            member = subprocess.Popen(command, cwd=PROJECT, env=self.environment, stdout=log, stderr=log)
        self.members.append(member)
        return member

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def open_portal(folder: Path, post: Post) -> Iterator[Portal]:
    """A portal that is gone when the context ends."""
    portal = Portal(folder, post)
    try:
        yield portal
    finally:
        portal.stop()
