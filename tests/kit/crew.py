"""Workers and schedulers of tests: real processes, which tests kill."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from kit.embedded.provision import conninfo

PROJECT = Path(__file__).resolve().parents[2]


@cache
def nursery() -> "subprocess.Popen[str]":
    """Where processes are forked from; ends with us, when its orders end."""
    command = [sys.executable, "-m", "tests.kit.nursery"]
    return subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def order(**words: Any) -> Any:
    """Give an order to the nursery; returns its answer."""
    place = nursery()
    assert place.stdin
    assert place.stdout
    place.stdin.write(json.dumps(words) + "\n")
    place.stdin.flush()
    return json.loads(place.stdout.readline())


@dataclass
class Member:
    """One process."""

    pid: int
    code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, when it has ended."""
        if self.code is None:
            self.code = order(pid=self.pid)
        return self.code

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        eventually(lambda: self.poll() is not None, pause=0.01)
        assert self.code is not None
        return self.code

    def kill(self) -> None:
        """kill -9."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return self.wait()


class Crew:
    """The processes started by one test; `environment` is added to ours."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = dict(os.environ) | {"TEST_FOLDER": str(folder)} | environment
        self.members: list[Member] = []

    def start(self, what: str) -> Member:
        """Start a `worker` or a `scheduler`."""
        log = str(self.folder / f"{what}.log")
        self.members.append(Member(order(what=what, environment=self.environment, log=log)))
        return self.members[-1]

    def log(self, what: str) -> str:
        """What they have said."""
        return (self.folder / f"{what}.log").read_text()


@contextmanager
def crew(folder: Path, **environment: str) -> Iterator[Crew]:
    """A crew that is gone when the context ends."""
    hired = Crew(folder, **environment)
    try:
        yield hired
    finally:
        for member in hired.members:
            member.kill()
        _forget(hired)


def _forget(hired: Crew) -> None:
    """Whoever was killed seems to live for half a minute more: tests that look at pulses would count them."""
    ends = [f"%:{member.pid}" for member in hired.members]
    with psycopg.connect(conninfo(hired.environment["CRRC_DATABASE_URL"])) as connection:
        connection.execute("delete from pulse where process like any (%s)", [ends])


def eventually(true: Callable[[], object], seconds: float = 60, pause: float = 0.02) -> None:
    """Wait until `true()`; fail after `seconds`, which only a broken program or a starved machine needs."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"Not within {seconds} s.")
        time.sleep(pause)
