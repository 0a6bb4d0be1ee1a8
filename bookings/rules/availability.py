"""When a consultant is free: their weeks, but for exceptions, holidays and what they have already. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bookings.rules.halves import HalfDay
from bookings.rules.states import HALVES
from bookings.rules.travel import kept
from kit.public_holidays import is_holiday

LONGEST_REASON = 200  # characters


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Works on this half-day of every week, both days included (None: still). Monday is 0."""

    weekday: int
    half: str
    starts_on: date
    ends_on: date | None = None

    def covers(self, half: HalfDay) -> bool:
        """Whether the rule says that this half-day is worked."""
        in_time = self.starts_on <= half.on and (self.ends_on is None or half.on <= self.ends_on)
        return in_time and (half.on.weekday(), half.half) == (self.weekday, self.half)


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One half-day that does not follow the rule: free although it should not be, or the reverse."""

    half: HalfDay
    available: bool


@dataclass(frozen=True, slots=True)
class Busy:
    """Time that is kept already, travel included; aware instants."""

    blocked_from: datetime
    blocked_until: datetime


@dataclass(frozen=True, slots=True)
class Diary:
    """All that says when one consultant is free. `department` is where their working days are."""

    rules: Collection[WeeklyRule]
    exceptions: Collection[Exceptional] = ()
    busy: Sequence[Busy] = ()
    department: str | None = None
    travel_minutes: int = 0
    zone: str = "Europe/Paris"
    _said: dict[HalfDay, bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_said", {one.half: one.available for one in self.exceptions})

    def works(self, half: HalfDay, *elsewhere: str | None) -> bool:
        """Whether the half-day is worked: an exception says so or not, else the rules do, and no holiday does.

        A holiday where the mission is (`elsewhere`) closes the half-day whatever else is said.
        """
        if any(is_holiday(half.on, place) for place in elsewhere if place and place != self.department):
            return False
        if half in self._said:
            return self._said[half]
        return not is_holiday(half.on, self.department) and any(rule.covers(half) for rule in self.rules)

    def is_busy(self, half: HalfDay) -> bool:
        """Whether something kept already touches the half-day, with the way there and back."""
        time = kept(*half.bounds(self.zone), self.travel_minutes)
        return any(one.blocked_from < time.blocked_until and one.blocked_until > time.blocked_from for one in self.busy)

    def is_free(self, half: HalfDay, *elsewhere: str | None) -> bool:
        """Whether an appointment may be made on the half-day, for a mission in the département `elsewhere`."""
        return self.works(half, *elsewhere) and not self.is_busy(half)


def half_days(first: date, last: date) -> Iterator[HalfDay]:
    """Every half-day from one day to another, both included."""
    for number in range((last - first).days + 1):
        for half in HALVES:
            yield HalfDay(first + timedelta(days=number), half)
