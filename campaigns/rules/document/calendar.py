"""Working days: week-ends and public holidays, the mainland's or those of the zone's overseas territory. Pure."""

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

# Territories with holidays of their own (the abolition of slavery, above all); a zone says which.
_TERRITORIES = {
    "America/Guadeloupe": "971",
    "America/Martinique": "972",
    "America/Cayenne": "973",
    "Indian/Reunion": "974",
    "America/Miquelon": "PM",
    "Indian/Mayotte": "976",
    "Pacific/Wallis": "WF",
    "Pacific/Noumea": "NC",
    "Pacific/Tahiti": "PF",
}


def rest_day(on: date, zone: str) -> str | None:
    """« un samedi », « un jour férié (Ascension) », None on a working day."""
    name = _holidays(zone).get(on)
    if name:
        return f"un jour férié ({name})"
    return {5: "un samedi", 6: "un dimanche"}.get(on.weekday())


def is_working(on: date, zone: str) -> bool:
    """Whether offices are open that day."""
    return rest_day(on, zone) is None


def working_days(first: date, last: date, zone: str) -> int:
    """How many days from `first` to `last`, both included, are working days."""
    return sum(is_working(first + timedelta(days=offset), zone) for offset in range((last - first).days + 1))


@cache
def _holidays(zone: str) -> "HolidayBase":
    import holidays  # half a second that only a check of dates has to wait

    return holidays.country_holidays("FR", subdiv=_TERRITORIES.get(zone), language="fr")
