"""Reminders of what is not paid: which, when, in which tone; what being late costs. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kit.french import count
from kit.public_holidays import is_holiday

TONES = ("courtesy", "firm", "formal")
TONE_LABELS = {"courtesy": "Rappel courtois", "firm": "Relance ferme", "formal": "Mise en demeure"}
# A reminder leaves at nine in the morning, where the GRADeS is.
SEND_HOUR = 9
# The départements of the overseas zones: they have public holidays of their own.
DEPARTMENTS = {
    "America/Guadeloupe": "971",
    "America/Martinique": "972",
    "America/Cayenne": "973",
    "Indian/Reunion": "974",
    "America/Miquelon": "975",
    "Indian/Mayotte": "976",
    "Pacific/Wallis": "986",
}
YEAR = 365


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder: its `level` (from 1), so many days after the due date, its tone."""

    level: int
    days: int
    tone: str

    @property
    def label(self) -> str:
        """« Relance ferme »."""
        return TONE_LABELS[self.tone]


def ladder_of(ladders: Mapping[str, Any], kind: str) -> tuple[Rung, ...]:
    """The ladder of a kind of customer, by days; empty when such customers are not reminded.

    An unknown tone is read as the kindest one.
    """
    steps = sorted(ladders.get(kind) or (), key=lambda step: int(step["days"]))
    return tuple(
        Rung(level, int(step["days"]), step["tone"] if step["tone"] in TONES else TONES[0])
        for level, step in enumerate(steps, start=1)
    )


def rung_of(ladder: Sequence[Rung], level: int) -> Rung | None:
    """The step of a level, None when the ladder has become shorter."""
    return next((rung for rung in ladder if rung.level == level), None)


def reached(ladder: Sequence[Rung], due_levels: Collection[int], sent_levels: Collection[int]) -> Rung | None:
    """The one reminder to send when the days of `due_levels` are past: the highest, unless that or a higher one left.

    A worker that was down during three of them sends the last, never the three.
    """
    last = max(sent_levels, default=0)
    possible = [rung for rung in ladder if rung.level in due_levels and rung.level > last]
    return max(possible, key=lambda rung: rung.level, default=None)


def following(ladder: Sequence[Rung], sent_levels: Collection[int]) -> Rung | None:
    """The step after the last one sent: what « Relancer maintenant » sends. None at the top of the ladder."""
    return rung_of(ladder, max(sent_levels, default=0) + 1)


def working_day(on: date, zone: str = "Europe/Paris") -> date:
    """This day, or the first after it that is neither of a week-end nor a public holiday there (IANA zone)."""
    while on.weekday() >= 5 or is_holiday(on, DEPARTMENTS.get(zone)):
        on += timedelta(days=1)
    return on


def send_day(due_on: date, days: int, zone: str) -> date:
    """The day of a reminder: so many days after the due date, on a working day."""
    return working_day(due_on + timedelta(days=days), zone)


def late_days(due_on: date, on: date) -> int:
    """How many days late: 0 on the due date itself, which is the last day to pay."""
    return max(0, (on - due_on).days)


def late_words(due_on: date, on: date) -> str:
    """« en retard de 12 jours », « à payer aujourd’hui », « à payer dans 3 jours »."""
    days = (due_on - on).days
    if days < 0:
        return f"en retard de {count(-days, 'jour')}"
    return {0: "à payer aujourd’hui", 1: "à payer demain"}.get(days, f"à payer dans {count(days, 'jour')}")


def late_penalty(open_cents: int, days: int, rate: int) -> int:
    """Penalties in cents: what is open, for so many days, at `rate` basis points a year (of 365 days), half up."""
    divisor = YEAR * 10_000
    return (2 * open_cents * max(0, days) * rate + divisor) // (2 * divisor)
