"""Which server processes are ours, and how to end them. Linux: everything is read in /proc.

Every process we start carries a marker in its command line. PID files lie after a kill -9 (the number may belong to a
zombie, or to a stranger after a reboot); command lines do not, and a zombie has none.
"""

import os
import re
import signal
import time
from pathlib import Path

from kit.embedded.errors import ServerUnavailable

PAUSE = 0.01  # seconds between two looks


def alive(program: str, marker: str) -> list[int]:
    """PIDs of the running processes of `program` (its name, without folder) that carry `marker`. No zombie."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _is(int(name), program, marker)]


def _is(pid: int, program: str, marker: str) -> bool:
    command = _command(pid)
    # The program's path, or the title it gave itself: "postgres: MARKER: checkpointer", "/…/valkey-server MARKER".
    title = command.split("\0", 1)[0]
    return marker in command and bool(re.fullmatch(rf"(.*/)?{program}([ :].*)?", title))


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:  # it ended while we were looking
        return ""


def is_program(pid: int, program: str) -> bool:
    """Whether the process `pid` exists, is no zombie and runs `program`."""
    return _is(pid, program, "")


def end(program: str, marker: str, leader: int | None, polite: signal.Signals, patience: float = 30.0) -> None:
    """Ask `leader` (a PID; None: it is gone) to stop and wait for all its family; after `patience` seconds, kill."""
    if leader is not None:
        _send(leader, polite)
    # Children of a leader that died notice it at once; they get a moment, not the whole patience.
    if _gone(program, marker, patience if leader is not None else 2.0):
        return
    for pid in alive(program, marker):
        _send(pid, signal.SIGKILL)
    if not _gone(program, marker, 5.0):
        raise ServerUnavailable(f"Le serveur {program} ne s’arrête pas (processus {alive(program, marker)}).")


def _gone(program: str, marker: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(program, marker):
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise ServerUnavailable(f"Le processus {pid} appartient à un autre utilisateur.") from None
