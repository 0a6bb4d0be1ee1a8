"""When a mail may arrive: quiet hours, and the hour of digests, by a portal's clock. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kit.public_holidays import is_holiday

DIGEST_HOUR = 8
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From an hour to another of the local clock (0 to 23, over midnight when it wraps; None: none), and week-ends."""

    begins: int | None = 20
    ends: int | None = 8
    weekends: bool = True


DEFAULT = QuietHours()


def free_from(at: datetime, quiet: QuietHours, zone: str) -> datetime:
    """The first instant from `at` on (aware) that is not quiet."""
    place = ZoneInfo(zone)
    free = at
    while (end := _quiet_until(free.astimezone(place), quiet)) is not None:
        free = end.replace(tzinfo=place).astimezone(at.tzinfo)
    return free


def _quiet_until(local: datetime, quiet: QuietHours) -> datetime | None:
    """When the quiet that covers `local` ends, as the clock shows it; None when nothing does."""
    today = local.date()
    if quiet.weekends and local.weekday() >= SATURDAY:
        return datetime.combine(today + timedelta(days=7 - local.weekday()), time())
    if quiet.begins is None or quiet.ends is None or quiet.begins == quiet.ends:
        return None
    over_midnight = quiet.begins > quiet.ends
    if over_midnight and local.hour >= quiet.begins:
        return datetime.combine(today + timedelta(days=1), time(quiet.ends))
    if local.hour < quiet.ends and (over_midnight or local.hour >= quiet.begins):
        return datetime.combine(today, time(quiet.ends))
    return None


def next_digest(at: datetime, zone: str, *, weekly: bool = False) -> datetime:
    """The next digest after `at`: 8 h of the next working day; weekly, of the first working day of a week."""
    place = ZoneInfo(zone)
    day = at.astimezone(place).date()
    while True:
        due = datetime.combine(day, time(DIGEST_HOUR), place).astimezone(at.tzinfo)
        if due > at and (is_first_working_day(day) if weekly else is_working_day(day)):
            return due
        day += timedelta(days=1)


def is_working_day(on: date) -> bool:
    """Monday to Friday, without the holidays of the whole country."""
    return on.weekday() < SATURDAY and not is_holiday(on, None)


def is_first_working_day(on: date) -> bool:
    """Monday, or the first day of the week on which people work."""
    return is_working_day(on) and not any(
        is_working_day(on - timedelta(days=back)) for back in range(1, on.weekday() + 1)
    )
