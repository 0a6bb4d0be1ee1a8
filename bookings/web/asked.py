"""What the addresses and forms of the planning send: days, hours, identifiers. What is none is None, or not found."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from kit.errors import NotFound
from kit.typed import identifier as read_identifier


def day(text: str) -> date | None:
    """`2026-12-01`; None when it is not a day."""
    try:
        return date.fromisoformat(text.strip()) if len(text) <= 12 else None
    except ValueError:
        return None


def instant(on: str, at: str, zone: str) -> datetime | None:
    """A day and an hour (`9:30`, `09:30`) on the clocks of the zone; None when they are none."""
    found = day(on)
    try:
        hour = time.fromisoformat(at.strip().zfill(5)) if len(at) <= 8 else None
    except ValueError:
        hour = None
    if found is None or hour is None or hour.tzinfo is not None:
        return None
    return datetime.combine(found, hour, ZoneInfo(zone))


def identifier(text: str) -> UUID:
    """An identifier that must be one. Raises NotFound."""
    found = read_identifier(text)
    if found is None:
        raise NotFound()
    return found


def maybe(text: str) -> UUID | None:
    """An identifier, or None when nothing is asked. Raises NotFound when it is none."""
    return identifier(text) if text else None
