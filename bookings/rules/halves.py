"""Half-days: what a morning and an afternoon are, in a tenant's zone, on the days when clocks change too. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bookings.rules.states import HALF_LABELS, HALVES
from kit.french import NBSP, day, hour

HOURS = {"am": (time(9), time(12, 30)), "pm": (time(13, 30), time(17))}
_NOON = time(13)


@dataclass(frozen=True, slots=True, order=True)
class HalfDay:
    """A morning (`am`) or an afternoon (`pm`) of a day. In order of time: "am" comes before "pm"."""

    on: date
    half: str

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """From when to when, aware, UTC. The clocks never change between 9 h and 17 h."""
        starts, ends = HOURS[self.half]
        local = ZoneInfo(zone)
        return tuple(datetime.combine(self.on, at, local).astimezone(UTC) for at in (starts, ends))  # type: ignore[return-value]

    @property
    def following(self) -> "HalfDay":
        """The half-day after this one."""
        return HalfDay(self.on, "pm") if self.half == "am" else HalfDay(self.on + timedelta(days=1), "am")

    @property
    def words(self) -> str:
        """« mardi 3 mars 2026, matin »."""
        return f"{day(self.on, weekday=True)}, {HALF_LABELS[self.half]}"


@dataclass(frozen=True, slots=True)
class Appointment:
    """Half-days of one day that are kept as one: a whole day is one appointment, lunch included."""

    starts_at: datetime
    ends_at: datetime


def half_of(at: datetime, zone: str) -> HalfDay:
    """The half-day an instant belongs to, by the wall clock of the zone."""
    local = at.astimezone(ZoneInfo(zone))
    return HalfDay(local.date(), "am" if local.time() < _NOON else "pm")


def local_day(at: datetime, zone: str) -> date:
    """The day of an instant in the zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def midnight(on: date, zone: str) -> datetime:
    """When a day begins in the zone, aware, UTC."""
    return datetime.combine(on, time(0), ZoneInfo(zone)).astimezone(UTC)


def appointments(halves: Iterable[HalfDay], zone: str) -> list[Appointment]:
    """The appointments that some half-days make, in order: one for each day."""
    by_day: dict[date, list[HalfDay]] = {}
    for half in sorted(set(halves)):
        by_day.setdefault(half.on, []).append(half)
    return [Appointment(found[0].bounds(zone)[0], found[-1].bounds(zone)[1]) for found in by_day.values()]


def are_consecutive(halves: Sequence[HalfDay]) -> bool:
    """Whether each half-day is right after the one before: nothing but lunch or one night in between."""
    return all(after == before.following for before, after in pairwise(halves))


def read_half(text: str) -> HalfDay | None:
    """`2026-03-03:am`, as forms and programs write it; None when it is not that."""
    on, _, half = text.strip().partition(":")
    if half not in HALVES:
        return None
    try:
        return HalfDay(date.fromisoformat(on), half)
    except ValueError:
        return None


def write_half(half: HalfDay) -> str:
    """`2026-03-03:am`."""
    return f"{half.on.isoformat()}:{half.half}"


def when(starts_at: datetime, ends_at: datetime, zone: str, weekday: bool = True) -> str:
    """« mardi 3 mars 2026 de 9 h à 12 h 30 »; over several days, « du mardi 3 mars 2026 à 9 h au … à 17 h »."""
    local = ZoneInfo(zone)
    start, end = starts_at.astimezone(local), ends_at.astimezone(local)
    if start.date() == end.date():
        return f"{day(start.date(), weekday)} de{NBSP}{hour(start)} à{NBSP}{hour(end)}"
    first, last = (f"{day(at.date(), weekday)} à{NBSP}{hour(at)}" for at in (start, end))
    return f"du {first} au {last}"
