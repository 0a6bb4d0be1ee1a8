"""A digest: what waited, put together by family and by what it is about. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from kit.french import NBSP, count, day
from notifications.rules.families import FAMILIES, family_of

# A mail is read in a minute; the portal shows the rest.
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice as a digest shows it. `path` is the page it leads to, inside the portal ("" for none)."""

    template: str
    subject_id: UUID
    title: str
    path: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """What was said of one thing, oldest first; its page is the last one named."""

    notices: Sequence[Waiting]

    @property
    def path(self) -> str:
        """Where to look at it."""
        return next((notice.path for notice in reversed(self.notices) if notice.path), "")


@dataclass(frozen=True, slots=True)
class Part:
    """A family and its subjects, the one that moved last first."""

    name: str
    subjects: Sequence[Subject]


def parts(waiting: Iterable[Waiting]) -> list[Part]:
    """Families in their usual order; at most fifty notices in all, the newest ones of those that waited."""
    newest = sorted(waiting, key=lambda notice: notice.at, reverse=True)[:MOST_SHOWN]
    by_family: dict[str, dict[UUID, list[Waiting]]] = {}
    for notice in newest:
        by_family.setdefault(family_of(notice.template).key, {}).setdefault(notice.subject_id, []).append(notice)
    return [
        Part(family.name, [Subject(told[::-1]) for told in by_family[family.key].values()])
        for family in FAMILIES
        if family.key in by_family
    ]


def title(number: int, oldest: datetime, now: datetime, zone: str) -> str:
    """« Votre résumé du mardi 3 mars : 4 nouvelles »; since when, if some of it waited for more than a week-end."""
    today, since = _day(now, zone), _day(oldest, zone)
    news = count(number, "nouvelle")
    if (today - since).days > 4:
        return f"Votre résumé de la semaine{NBSP}: {news}"
    return f"Votre résumé du {day(today, weekday=True)}{NBSP}: {news}"


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
