"""The only clock. Inside a request it stands still at the instant the request arrived.

A host whose hour is wrong judges no deadline and dates nothing: see `agree`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from kit.errors import Unsure

THERE = "extract(epoch from clock_timestamp())"  # how the database says its own hour, for `agree`
ASK = "select " + THERE
MOST_APART = timedelta(seconds=120)

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)
# This host's hour less its monotonic clock, as they were when the request came in.
_entered: ContextVar[float | None] = ContextVar("entered", default=None)


def now() -> datetime:
    """The current instant, aware, UTC."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` (aware) for this thread: requests on arrival, tests wherever they need it."""
    if at.tzinfo is None:
        raise ValueError("an instant without a zone is not an instant")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


@contextmanager
def arrived(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` for a request, which is judged by the hour that this host has now, whatever moves it."""
    token = _entered.set(time.time() - time.monotonic())
    try:
        with frozen(at):
            yield
    finally:
        _entered.reset(token)


def agree(there: float) -> None:
    """Compare this host's hour with the database's (`there`, seconds since 1970).

    Raises Unsure when they are more than two minutes apart: one of the two is wrong, and a host that is would accept
    late, refuse early, or tell people before they should know (docs/adr/0021).
    """
    entered = _entered.get()
    here = time.time() if entered is None else entered + time.monotonic()
    apart = abs(here - there)
    if apart > MOST_APART.total_seconds():
        raise Unsure(apart)
