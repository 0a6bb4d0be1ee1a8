"""Local times as people write them, turned into instants: clocks skip an hour in spring and repeat one in autumn."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from kit.french import NBSP, ZONES, day, hour

YEARS = range(2000, 2100)


class Unreadable(ValueError):
    """The text names no instant, or two; its message is the sentence for the author."""


def read_day(text: str) -> date:
    """A day written YYYY-MM-DD. Raises Unreadable."""
    try:
        read = date.fromisoformat(text)
    except ValueError as wrong:
        raise Unreadable(f"Ce jour n’existe pas{NBSP}: {text}.") from wrong
    if read.year not in YEARS:
        raise Unreadable(f"Cette année n’est pas plausible{NBSP}: {read.year}.")
    return read


def read_instant(text: str, zone: str, end_of_minute: bool = False) -> datetime:
    """The instant (aware, UTC) written `2025-09-09T16:00[:SS][+02:00]`, local to `zone` without an offset.

    With `end_of_minute`, a time written without seconds means the last second of its minute: 23:59 is 23:59:59.
    Raises Unreadable for a day or an hour that does not exist, or that the clocks show twice.
    """
    there = read_moment(text, zone)
    if there.microsecond:
        raise Unreadable("Les fractions de seconde ne sont pas acceptées.")
    has_seconds = text[16:17] == ":"
    return there.replace(second=59) if end_of_minute and not has_seconds else there


def read_moment(text: str, zone: str) -> datetime:
    """An instant that somebody asks about: as `read_instant`, a day alone being its first second; fractions stay."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError as wrong:
        raise Unreadable(f"Cet instant n’existe pas{NBSP}: {text}. Il s’écrit 2025-09-09T16:00.") from wrong
    if read.year not in YEARS:
        raise Unreadable(f"Cette année n’est pas plausible{NBSP}: {read.year}.")
    return _in_zone(read, zone) if read.tzinfo is None else read.astimezone(UTC)


def _in_zone(local: datetime, zone: str) -> datetime:
    """The instant of a local time. Summer time skips an hour and winter time repeats one."""
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    where = f"le {day(local.date())} à {hour(local)} ({ZONES.get(zone, zone)})"
    if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise Unreadable(f"Cette heure n’existe pas{NBSP}: {where}, les horloges avancent.")
    choices = " ou ".join(f"{text(one)}" for one in (first, second))
    raise Unreadable(f"Cette heure existe deux fois{NBSP}: {where}, les horloges reculent. Écrivez {choices}.")


def text(instant: datetime) -> str:
    """An aware instant as a document writes it, with its offset: `2025-10-26T02:30+02:00`."""
    return instant.isoformat(timespec="seconds" if instant.second else "minutes")


def read_duration(text: str) -> timedelta:
    """P7D, PT2H, PT30M: days, hours or minutes. Expects the schema's pattern."""
    number = int(text.strip("PTDHM"))
    return timedelta(**{{"D": "days", "H": "hours", "M": "minutes"}[text[-1]]: number})
