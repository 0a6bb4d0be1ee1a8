"""Embedded PostgreSQL and Valkey: real servers, started when first needed, that outlive the command that started them.

`start(home)` may be called by several processes at once and by every command: when both servers answer it costs a few
milliseconds. They stop with `stop(home)` only.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit.embedded import place as places
from kit.embedded import postgres, valkey
from kit.embedded.endpoints import DATABASE, Endpoints
from kit.embedded.errors import ServerUnavailable
from kit.embedded.provision import drop_database, fresh_database, provision

__all__ = [
    "DATABASE",
    "Endpoints",
    "ServerUnavailable",
    "Status",
    "drop_database",
    "fresh_database",
    "provision",
    "reset",
    "start",
    "status",
    "stop",
]


@dataclass(frozen=True, slots=True)
class Status:
    """Whether each server answers, and in which folder they keep their data (None: never started)."""

    database: bool
    redis: bool
    folder: Path | None


def start(home: Path, *, durable: bool = True) -> Endpoints:
    """Start what is not up under `home`, provisioned. `durable=False`: no fsync, for tests.

    Raises ServerUnavailable.
    """
    running = _running(home)
    if running:
        return running
    with _alone(home):
        place = places.make(home.resolve())
        endpoints = Endpoints(place.run)
        postgres.start(place, durable)
        valkey.start(place)
        provision(endpoints.superuser_url, DATABASE)
    return endpoints


def stop(home: Path) -> None:
    """Stop both servers, in order. Nothing happens when they are stopped."""
    if not home.exists():
        return
    with _alone(home):
        place = places.find(home.resolve())
        if place:
            valkey.stop(place)
            postgres.stop(place)


def status(home: Path) -> Status:
    """What answers now; starts nothing."""
    place = places.find(home.resolve())
    if place is None:
        return Status(database=False, redis=False, folder=None)
    endpoints = Endpoints(place.run)
    return Status(postgres.ready(endpoints, "crrc_app", DATABASE), valkey.ready(endpoints), place.folder)


def reset(home: Path) -> None:
    """Stop both servers and remove their data, wherever they lie. Leaves the rest of `home` alone."""
    stop(home)
    places.remove(home.resolve())


def _running(home: Path) -> Endpoints | None:
    place = places.find(home.resolve())
    if place is None:
        return None
    endpoints = Endpoints(place.run)
    return endpoints if valkey.ready(endpoints) and postgres.ready(endpoints, "crrc_app", DATABASE) else None


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One starter at a time: the others wait, then find the servers up."""
    places.make_home(home)
    with (home / ".servers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
