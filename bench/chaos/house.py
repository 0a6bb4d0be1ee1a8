"""The portal's processes, as infra/debian/systemd runs them: one that ends is started again two seconds later."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from app.processes.web import web_command, web_environment
from kit.settings import settings

CRRC = str(Path(sys.executable).parent / "crrc")
RESTART_SEC = 2.0


@dataclass
class Unit:
    """A process that must be there. What it leaves behind when it ends is ended too."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    starts: int = 0
    running: "subprocess.Popen[bytes] | None" = None
    again_at: float = 0.0

    def look(self) -> None:
        """Start it when it does not run, once its pause is over."""
        if self.running is not None and self.running.poll() is not None:
            self.end()
            self.again_at = time.monotonic() + RESTART_SEC
        if self.running is None and time.monotonic() >= self.again_at:
            with self.log.open("ab") as log:
                self.running = subprocess.Popen(
                    self.command, env=self.environment, stdout=log, stderr=log, start_new_session=True
                )
            self.starts += 1

    def family(self) -> list[int]:
        """Its processes, the first one first."""
        if self.running is None:
            return []
        found = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [self.running.pid, *(pid for pid in found if pid != self.running.pid and self._is_ours(pid))]

    def _is_ours(self, pid: int) -> bool:
        try:
            return self.running is not None and os.getsid(pid) == self.running.pid
        except OSError:
            return False

    def end(self) -> None:
        """kill -9, all of it."""
        for pid in self.family():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.running is not None:
            self.running.wait()
        self.running = None


@dataclass
class House:
    """Every unit, and who died when: (unit, instant)."""

    units: dict[str, Unit]
    kills: list[tuple[str, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def kill(self, sort: str, dice: Random) -> str:
        """kill -9 one process of a unit of this sort; returns which."""
        with self.lock:
            name = dice.choice([name for name in self.units if name.startswith(sort)])
            family = self.units[name].family()
            if not family:
                return f"{name}, which was not up"
            victim = dice.choice(family)
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            self.kills.append((name, time.time()))
            return f"{name}, process {1 + family.index(victim)} of {len(family)}"

    def watch(self, over: threading.Event) -> None:
        """Look after everybody until it is over."""
        while not over.wait(0.2):
            with self.lock:
                for unit in self.units.values():
                    unit.look()


@contextmanager
def house(
    environment: Mapping[str, str], port: int, clocks: Mapping[str, Mapping[str, str]], logs: Path
) -> Iterator[House]:
    """The web, two workers, the scheduler. `clocks`: what lets the hour of `web` and of `workers` be moved."""
    size = settings()
    web = web_command(size, 5)
    web[web.index("--port") + 1] = str(port)
    whole = {**os.environ, **environment, "CRRC_PORT": str(port)}
    crew = {**whole, **clocks["workers"]}
    units = [
        Unit("web", web, {**web_environment(size, whole), **clocks["web"]}, logs / "web.log"),
        Unit("worker-1", [CRRC, "worker"], crew, logs / "worker.log"),
        Unit("worker-2", [CRRC, "worker"], crew, logs / "worker.log"),
        Unit("scheduler", [CRRC, "scheduler"], crew, logs / "scheduler.log"),
    ]
    portal, over = House({unit.name: unit for unit in units}), threading.Event()
    watcher = threading.Thread(target=portal.watch, args=[over], name="supervision")
    watcher.start()
    try:
        yield portal
    finally:
        over.set()
        watcher.join()
        for unit in reversed(units):
            unit.end()
