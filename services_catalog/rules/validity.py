"""What is valid from one day to another: where it stands, when its end is announced, what renews it. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Period = tuple[date, date]  # both days included
Standing = Literal["to_come", "in_force", "renewed", "ends_soon", "ended"]
STANDING_LABELS: dict[Standing, str] = {
    "to_come": "À venir",
    "in_force": "En cours",
    "renewed": "Renouvelé",
    "ends_soon": "Prend fin bientôt",
    "ended": "Terminé",
}
# Announcement → days before the last day. The last one tells that it is over.
NOTICES = {"90": 90, "30": 30, "after": -1}
SOON = timedelta(days=90)
HOUR = time(8)


def notices(ends_on: date, zone: str) -> list[tuple[str, datetime]]:
    """When the end is announced: (announcement, aware instant), at 8 h in the portal's zone."""
    return [
        (key, datetime.combine(ends_on - timedelta(days=days), HOUR, ZoneInfo(zone))) for key, days in NOTICES.items()
    ]


def current_notice(ends_on: date, today: date) -> str:
    """The announcement that is true today, "" when it is too early for any: late workers do not send three mails."""
    left = (ends_on - today).days
    if left < 0:
        return "after"
    return next((key for key in ("30", "90") if left <= NOTICES[key]), "")


def is_renewed(starts_on: date, ends_on: date, others: Iterable[Period]) -> bool:
    """Whether another period of the same thing goes on from this one without a day between, and beyond its end."""
    return any(start <= ends_on + timedelta(days=1) and end > ends_on for start, end in others)


def standing(starts_on: date, ends_on: date, today: date, others: Iterable[Period] = ()) -> Standing:
    """Where a period stands today; `others` are the periods of the same thing, itself among them or not."""
    if today < starts_on:
        return "to_come"
    if today > ends_on:
        return "ended"
    if ends_on - today > SOON:
        return "in_force"
    return "renewed" if is_renewed(starts_on, ends_on, others) else "ends_soon"
