"""Runs entries at their intervals, each in a thread of its own: one that fails, or waits, does not stop the others."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from kit import clock

log = structlog.get_logger("crrc.scheduler")


@dataclass
class Entry:
    """Something to do every `every` seconds; `act` returns how much it did. `facts` is its pulse."""

    name: str
    every: float
    act: Callable[[], int]
    facts: dict[str, Any] = field(default_factory=dict)

    def run(self) -> None:
        """Do it once, whatever happens. A fault is logged when it begins, when it changes and when it ends."""
        begun = time.monotonic()
        before = self.facts.get("error")
        try:
            count = self.act()
        except Exception as error:
            fault = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]
            self.facts = self.facts | {"error": fault, "error_at": clock.now().isoformat()}
            if fault != before and isinstance(error, (RedisError, OperationalError)):
                log.warning("server_away", entry=self.name, error=fault)
            elif fault != before:
                log.exception("entry_failed", entry=self.name)
            return
        if before:
            log.info("entry_works_again", entry=self.name)
        self.facts = {
            "last_at": clock.now().isoformat(),
            "seconds": round(time.monotonic() - begun, 3),
            "every": self.every,
            "count": count,
            "total": self.facts.get("total", 0) + count,
            "error": None,
        }


def tick(entries: Sequence[Entry], stop: threading.Event, tell: Callable[[dict[str, Any]], None]) -> None:
    """Run the entries until `stop`; `tell` gets the figures of all, every second."""

    def repeat(entry: Entry) -> None:
        while not stop.is_set():
            entry.run()
            stop.wait(entry.every)

    threads = [threading.Thread(target=repeat, args=(entry,), name=entry.name, daemon=True) for entry in entries]
    for thread in threads:
        thread.start()
    while not stop.wait(1):
        tell({entry.name: entry.facts for entry in entries})
    for thread in threads:
        thread.join(10)
