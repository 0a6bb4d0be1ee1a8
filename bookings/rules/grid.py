"""The days of a calendar page: a month in whole weeks, a week, and the way to the ones beside. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

VIEWS = ("month", "week", "list")
FIRST, LAST = date(2020, 1, 1), date(2099, 12, 31)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """What a page shows: its weeks (seven days each), the days asked for, and where previous and next lead."""

    weeks: tuple[tuple[date, ...], ...]
    first: date
    last: date
    previous: date
    following: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the page."""
        return tuple(day for week in self.weeks for day in week)


def within(on: date) -> date:
    """The nearest day that a page can show."""
    return min(max(on, FIRST), LAST)


def month(on: date) -> Span:
    """The month of a day, with the days that complete its first and last weeks (Monday to Sunday)."""
    first = on.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    last = following - timedelta(days=1)
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday <= last:
        weeks.append(_week(monday))
        monday += _WEEK
    return Span(tuple(weeks), first, last, (first - timedelta(days=1)).replace(day=1), following)


def week(on: date) -> Span:
    """The week of a day, from Monday to Sunday."""
    monday = on - timedelta(days=on.weekday())
    return Span((_week(monday),), monday, monday + timedelta(days=6), monday - _WEEK, monday + _WEEK)


def _week(monday: date) -> tuple[date, ...]:
    return tuple(monday + timedelta(days=number) for number in range(7))
