"""Forks workers and schedulers from a process that has imported everything: one more costs milliseconds, not seconds.

`python -m tests.kit.nursery` reads one order per line (JSON) and answers each with one line.
"""

import json
import os
import sys
import traceback
from importlib import import_module
from typing import Any


def raise_one(order: dict[str, Any]) -> int:
    """Fork a process that runs `order["what"]` under `order["environment"]`; returns its PID."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.environ.clear()
        os.environ.update(order["environment"])
        run(order["what"])
        code = 0
    except SystemExit as error:
        code = int(error.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run(what: str) -> None:
    """Be a worker or a scheduler, with the test's listeners: those of the module that TEST_LISTENERS names."""
    from app import schedule, worker

    listeners = import_module(os.environ.get("TEST_LISTENERS", "tests.kit.listeners")).LISTENERS
    {"worker": worker.run, "scheduler": schedule.run}[what](listeners)


def ended(pid: int) -> int | None:
    """The exit code of a process that has ended (negative: the signal)."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


if __name__ == "__main__":
    from app import schedule, worker  # noqa: F401 (imported before the forks, so that none of them has to)

    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(raise_one(order) if "what" in order else ended(order["pid"])), flush=True)  # noqa: T201
