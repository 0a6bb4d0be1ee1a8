"""The picture of an account: steps of the balance over time, packets as bars until they expire. Coordinates only.

Everything is in hundredths of percent of the width (0 to 10,000) and of the height; today stands on the same scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bookings.rules.time_statement import Statement

WIDTH = 10_000
HEIGHT = 2_600
MOST_MARKS = 13
MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
TOPS = (4, 6, 8, 10, 12, 16, 20, 24, 30)


@dataclass(frozen=True, slots=True)
class Bar:
    """A packet from its first day to its last; `left` of `received` half-days are still in it."""

    begins: int
    ends: int
    filled: int


@dataclass(frozen=True, slots=True)
class Mark:
    """The first day of a month, on the axis."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Days on the width."""

    since: date
    until: date

    def at(self, on: date) -> int:
        """Where a day begins; days outside are at the edges."""
        days = max(1, (self.until - self.since).days)
        return max(0, min(WIDTH, (on - self.since).days * WIDTH // days))


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn. `owned` and `available` are outlines of areas (x, y pairs), `top` the figure at the top."""

    scale: Scale
    top: int
    owned: str
    available: str
    today: int
    marks: Sequence[Mark]


def picture(found: Statement, until: date, today: date) -> Picture:
    """The picture of a statement; the axis goes on until `until`, when the last packet expires."""
    scale = Scale(found.since, max(until, found.until, found.since + timedelta(days=30)) + timedelta(days=1))
    top = _round_top(found.peak)
    last = min(found.until, today)
    return Picture(
        scale,
        top,
        _area(found, scale, top, last, "total"),
        _area(found, scale, top, last, "available"),
        scale.at(today),
        _marks(scale),
    )


def bar(scale: Scale, starts_on: date, expires_on: date, left: int, received: int) -> Bar:
    """A packet's bar; `filled` is the part of its length that what is left takes."""
    begins, ends = scale.at(starts_on), scale.at(expires_on + timedelta(days=1))
    return Bar(begins, ends, (ends - begins) * left // received if received else 0)


def _area(found: Statement, scale: Scale, top: int, last: date, which: str) -> str:
    """Steps: a balance holds until the day it changes."""
    height = HEIGHT
    level = getattr(found.opening, which)
    points = [(0, height), (0, height - level * height // top)]
    for line in found.lines:
        if line.on > last:
            break
        x = scale.at(line.on)
        points.append((x, height - level * height // top))
        level = getattr(line.after, which)
        points.append((x, height - level * height // top))
    end = scale.at(last + timedelta(days=1))
    points += [(end, height - level * height // top), (end, height)]
    return " ".join(f"{x},{y}" for x, y in points)


def _round_top(largest: int) -> int:
    """An even figure, a little above the largest."""
    unit = 1
    while True:
        for top in TOPS:
            if top * unit >= largest:
                return top * unit
        unit *= 10


def _marks(scale: Scale) -> list[Mark]:
    months = (scale.until.year - scale.since.year) * 12 + scale.until.month - scale.since.month
    step = max(1, -(-months // MOST_MARKS))
    marks = []
    for number in range(1, months + 1, step):
        year, month = divmod(scale.since.month - 1 + number, 12)
        on = date(scale.since.year + year, month + 1, 1)
        with_year = number == 1 or on.year != scale.since.year + (scale.since.month - 1 + number - step) // 12
        marks.append(Mark(scale.at(on), f"{MONTHS[month]} {on.year}" if with_year else MONTHS[month]))
    return marks
