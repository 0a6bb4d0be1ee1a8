"""A call from its opening to the end of the journey, as a line of steps that people read. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from campaigns.rules.document.campaign import Document, Window
from campaigns.rules.document.timeline import local
from campaigns.rules.window import after
from kit.french import MONTHS, NBSP, day, hour

State = Literal["done", "current", "next"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step: « Dépôt », « du 9 septembre à 16 h au 23 septembre 2025 à 23 h 59 »."""

    name: str
    when: str
    state: State


def steps(document: Document, now: datetime, released: bool = False) -> list[Step]:
    """The steps at `now` (aware); `released`: the decisions were told, which a clock alone does not know."""
    return list(_steps(document, now, released))


def _steps(document: Document, now: datetime, released: bool) -> Iterator[Step]:
    zone, today = document.zone, local(now, document.zone).date()
    several = len(document.windows) > 1
    for window in document.windows:
        name = f"Dépôt, {window.name}" if several and window.name else "Dépôt des dossiers"
        yield Step(name, _hours(window, zone), _state(window.opens_at, after(window), now))
    begins, ends = document.instruct_from_on, document.instruct_until_on
    yield Step("Instruction", span(begins, ends), "done" if today > ends else "current" if today >= begins else "next")
    told: State = "done" if released else "current" if now >= document.notify_at else "next"
    notified = local(document.notify_at, zone)
    yield Step("Notification des décisions", f"le {day(notified.date())} à {hour(notified)}", told)
    walking = released
    if "award" in document.data:
        confirm_by = notified.date() + document.terms.confirm_within
        walking = released and today > confirm_by
        answers: State = "done" if walking else "current" if released else "next"
        yield Step("Confirmation des retenus", f"au plus tard le {day(confirm_by)}", answers)
    if document.complete_on:
        last: State = "done" if today > document.complete_on else "current" if walking else "next"
        yield Step("Fin du parcours", f"le {day(document.complete_on)}", last)


def span(first: date, last: date) -> str:
    """« du 24 au 30 septembre 2025 », « du 24 septembre au 3 octobre 2025 », « le 24 septembre 2025 »."""
    if first == last:
        return f"le {day(first)}"
    return f"du {_short(first, last)} au {day(last)}"


def _hours(window: Window, zone: str) -> str:
    opens, closes = local(window.opens_at, zone), local(window.closes_at, zone)
    begin = _named(opens.date(), closes.date())
    return f"du {begin} à {hour(opens)} au {day(closes.date())} à {hour(closes)}"


def _short(first: date, last: date) -> str:
    """The first day, without what the last one says again."""
    if (first.year, first.month) == (last.year, last.month):
        return "1er" if first.day == 1 else str(first.day)
    return _named(first, last)


def _named(first: date, last: date) -> str:
    number = "1er" if first.day == 1 else str(first.day)
    return f"{number}{NBSP}{MONTHS[first.month - 1]}" if first.year == last.year else day(first)


def _state(begins: datetime, ends: datetime, now: datetime) -> State:
    return "next" if now < begins else "current" if now < ends else "done"
