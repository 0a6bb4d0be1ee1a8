"""When files are accepted: the one function that pages, API and workers ask, at the instant the request arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

Status = Literal["not_yet", "open", "closed"]


class Bounds(Protocol):
    """A window: `closes_at` is its last accepted second (aware instants)."""

    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """Where an instant stands among the windows.

    `window` is the open one, else the next one to open (`not_yet`), else the last one (`closed`), None without windows.
    """

    status: Status
    window: Bounds | None


def at(windows: Iterable[Bounds], now: datetime) -> Moment:
    """Where `now` (aware) stands. 23:59:59.999 is still inside a window that closes at 23:59:59; 00:00:00 is not.

    Between two windows the answer is `not_yet` with the next one: a second phase is to come.
    """
    ordered = sorted(windows, key=lambda window: window.opens_at)
    for window in ordered:
        if now < window.opens_at:
            return Moment("not_yet", window)
        if now < after(window):
            return Moment("open", window)
    return Moment("closed", ordered[-1] if ordered else None)


def after(window: Bounds) -> datetime:
    """The first instant that is too late: one second after the last accepted second began."""
    return window.closes_at.replace(microsecond=0) + timedelta(seconds=1)
