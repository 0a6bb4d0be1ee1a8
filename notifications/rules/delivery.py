"""What becomes of a new notice's mail: at once, after the quiet hours, in a digest, or not at all. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kit.french import day
from notifications.rules.families import DAILY, PORTAL, WEEKLY, Family, rhythm_of
from notifications.rules.quiet import DEFAULT, QuietHours, free_from, next_digest

# Soft bounces that make an address refused, and within how long.
MOST_SOFT = 3
SOFT_WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of whom a notice is for. `choices`: family → rhythm.

    `refused_at`: their address refuses our mails; `optional_off`: they said that what is optional is unwanted.
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    quiet: QuietHours = DEFAULT
    refused_at: datetime | None = None
    optional_off: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """The state of the mail, when it is due, until when it is held back, and why it does not leave."""

    state: str
    next_attempt_at: datetime | None = None
    hold_until: datetime | None = None
    last_error: str | None = None


def fate(family: Family, reader: Reader, now: datetime, zone: str, carries: bool = False) -> Fate:
    """Decide for one notice. `carries`: an invitation or a file goes along, which no digest could hold."""
    if reader.refused_at is not None:
        return Fate("withheld", last_error=refused_since(reader.refused_at, zone))
    if family.essential:
        return Fate("pending", now)
    if reader.optional_off:
        return Fate("silent")
    rhythm = rhythm_of(family, reader.choices)
    if rhythm == PORTAL:
        return Fate("silent")
    if rhythm in (DAILY, WEEKLY) and not carries:
        return Fate("held", hold_until=next_digest(now, zone, weekly=rhythm == WEEKLY))
    free = free_from(now, reader.quiet, zone) if family.can_wait else now
    return Fate("pending", free, free if free > now else None)


def refused_since(at: datetime, zone: str) -> str:
    """What a notice says to staff when its mail was not sent."""
    return f"Courriel non envoyé\N{NO-BREAK SPACE}: adresse refusée depuis le {day(_local(at, zone))}."


def _local(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def is_refused(soft: int) -> bool:
    """Whether an address with that many soft bounces in a month is worth no further try."""
    return soft >= MOST_SOFT
