"""How long a process takes to be ready, by the clock and in seconds of processor."""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from app.processes.ports import answers

CRRC = str(Path(sys.executable).parent / "crrc")
KINDS = ("web", "worker", "scheduler")
PATIENCE = 60.0  # seconds
TIMES = 2  # warm starts; the fastest counts, for whatever else the machine does only adds


def measure(environment: dict[str, str]) -> dict[str, float]:
    """Each process from nothing to ready: with no compiled code, then with it."""
    figures = {}
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as empty:
            figures |= _named(f"{kind}.cold", _start(kind, environment | {"PYTHONPYCACHEPREFIX": empty}))
        warm = [_start(kind, environment) for _ in range(TIMES)]
        figures |= _named(f"{kind}.warm", (min(one[0] for one in warm), min(one[1] for one in warm)))
    return figures


@contextmanager
def portal(environment: dict[str, str]) -> Iterator[dict[str, psutil.Process]]:
    """Web, worker and scheduler, ready, as long as the context lasts."""
    with ExitStack() as stack:
        yield {kind: stack.enter_context(running(kind, environment)) for kind in KINDS}


@contextmanager
def running(kind: str, environment: dict[str, str]) -> Iterator[psutil.Process]:
    """One process, ready."""
    with subprocess.Popen([CRRC, kind], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        started = threading.Event()
        reader = threading.Thread(target=_listen, args=(process, started), daemon=True)
        reader.start()
        try:
            _wait(kind, environment, process, started)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)
            reader.join()


def everybody(process: psutil.Process) -> list[psutil.Process]:
    """The process, then those it made."""
    return [process, *process.children(recursive=True)]


def _start(kind: str, environment: dict[str, str]) -> tuple[float, float]:
    begun = time.perf_counter()
    with running(kind, environment) as process:
        seconds = time.perf_counter() - begun
        spent = 0.0
        for one in everybody(process):
            with suppress(psutil.NoSuchProcess):
                times = one.cpu_times()
                spent += times.user + times.system + times.children_user + times.children_system
        return seconds, spent


def _named(name: str, measured: tuple[float, float]) -> dict[str, float]:
    return {f"{name}.seconds": measured[0], f"{name}.processor": measured[1]}


def _listen(process: subprocess.Popen[bytes], started: threading.Event) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if b'"event": "started"' in line:
            started.set()


def _wait(kind: str, environment: dict[str, str], process: subprocess.Popen[bytes], started: threading.Event) -> None:
    deadline = time.monotonic() + PATIENCE
    while not (answers(int(environment["CRRC_PORT"])) if kind == "web" else started.wait(0.02)):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"crrc {kind} was not ready after {PATIENCE:g} s (code {process.returncode}).")
        time.sleep(0.02)
