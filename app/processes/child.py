"""One process of the portal, as the supervisor sees it."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

PR_SET_PDEATHSIG = 1  # linux/prctl.h
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a crashed process starts again, doubled each time
HEALTHY = 60.0  # seconds of life after which earlier crashes are forgotten
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Child:
    """What to run. `port`: where it answers (HTTP) once it is up. `patience`: seconds it may take to stop."""

    name: str
    command: Sequence[str]
    port: int | None = None
    patience: float = 10.0
    reload: bool = True  # started again when the code changes (crrc dev)


class Running:
    """A Child that runs, or waits to run again."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.pause = 0.0
        self.start_at = 0.0
        self.started_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> IO[bytes]:
        """Start it. Returns its output, errors included."""
        parent = os.getpid()
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.child.command,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Its own session: Ctrl-C reaches the supervisor alone, which stops everybody in order.
            start_new_session=True,
            # Safe in a process with one thread, which the supervisor is.
            preexec_fn=lambda: _die_with(parent),
        )
        assert self.process.stdout  # noqa: S101 - PIPE gives one
        return self.process.stdout

    def ended(self) -> int | None:
        """Its exit code when it ended; what it left of its own is ended too."""
        code = self.process.poll() if self.process else None
        if code is not None:
            self.kill()
        return code

    def wait_before_next_start(self) -> None:
        """It crashed: later each time, unless it had lived well."""
        now = time.monotonic()
        crashed_before = self.pause > 0 and now - self.started_at < HEALTHY
        self.pause = min(self.pause * 2, LONGEST_PAUSE) if crashed_before else FIRST_PAUSE
        self.start_at = now + self.pause

    def terminate(self) -> None:
        """Ask it to stop."""
        if self.process:
            self.process.terminate()

    def kill(self) -> None:
        """End its whole session at once: also a worker's horse, which has a process group of its own."""
        if self.process is None:
            return
        for name in os.listdir("/proc"):
            with suppress(ProcessLookupError, PermissionError):
                if name.isdigit() and os.getsid(int(name)) == self.process.pid:
                    os.kill(int(name), signal.SIGKILL)
        self.process.wait()


def _die_with(parent: int) -> None:
    # When the supervisor is killed, even by kill -9, the kernel asks the child to stop.
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
