"""The heart of a background process: beats every five seconds whatever the process is doing, and stops with it."""

import os
import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.watching.memory import memory
from kit import clock, pulse, queue, rls
from kit.db import engine

BEAT_SECONDS = 5.0
log = structlog.get_logger("crrc.heart")


class Heart:
    """Beats in a thread of its own while the context lasts; SIGTERM and SIGINT set `stop`.

    `probe` is asked before each beat for what is wrong, in words; None when nothing is.
    """

    def __init__(self, kind: str, stop: threading.Event, probe: Callable[[], str | None], **facts: Any) -> None:
        self.kind, self.stop, self.probe = kind, stop, probe
        self.started_at = clock.now()
        self.facts = facts
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, name="heart", daemon=True)

    def tell(self, **facts: Any) -> None:
        """What the pulse says from now on."""
        self.facts |= facts

    def add(self, name: str) -> None:
        """Count one more `name`."""
        self.facts[name] += 1

    def _live(self) -> None:
        silent = False
        while True:
            try:
                facts = {**self.facts, "fault": self.probe(), "memory": memory(os.getpid())}
                pulse.beat(self.kind, self.started_at, **facts)
                silent = False
            except SQLAlchemyError as error:
                if not silent:
                    log.warning("no_pulse", kind=self.kind, error=str(error))
                silent = True
            if self._over.wait(BEAT_SECONDS):
                return

    def listen(self) -> None:
        """Let SIGTERM and SIGINT set `stop`, and nothing else."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())

    def __enter__(self) -> Self:
        self.listen()
        self._thread.start()
        log.info("started", kind=self.kind)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(2)
        if error is None:
            try:
                pulse.stop(self.kind)
            except SQLAlchemyError:
                log.warning("pulse_left_behind", kind=self.kind)
        log.info("ended", kind=self.kind, error=str(error) if error else None)


def redis_fault() -> str | None:
    """What is wrong with Redis, if anything."""
    try:
        queue.redis().ping()
    except (RedisError, OSError):
        return "Redis ne répond pas"
    return None


def refuse_powerful_role(stop: threading.Event) -> None:
    """Wait for the database, then raise RuntimeError when its role could walk around row-level security."""
    pause = 0.5
    while not stop.is_set():
        try:
            with engine().connect() as connection:
                rls.refuse_powerful_role(connection)
            return
        except SQLAlchemyError as error:
            log.warning("database_away", error=str(error), again_in=pause)
        stop.wait(pause)
        pause = min(pause * 2, 5.0)
