"""What ends when, as a picture: one bar for each period on two years around today, six months to a column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services_catalog.rules.states import QUALIFICATION_LABELS
from services_catalog.rules.validity import STANDING_LABELS, Standing, standing

BEFORE, AFTER = 6, 18  # months
WIDTH = 1000
SHORT = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
TONES: dict[Standing, tuple[str, str]] = {
    "to_come": ("info", "calendar"),
    "in_force": ("good", "check-circle"),
    "renewed": ("good", "check-circle"),
    "ends_soon": ("wait", "alert"),
    "ended": ("bad", "cross-circle"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """Something of a provider that is valid for a time."""

    provider_id: UUID
    provider: str
    what: str
    detail: str
    starts_on: date
    ends_on: date


def label_of(what: str) -> str:
    """« PASSI », « Assurance »."""
    return QUALIFICATION_LABELS.get(what, "Assurance")


def picture(periods: Sequence[Period], today: date) -> dict[str, Any]:
    """The arguments of the macro `validity_table`: columns, where today is, a row for each period."""
    first = _month(today, -BEFORE)
    last = _month(today, AFTER)
    days = (last - first).days

    def place(on: date) -> int:
        return max(0, min(WIDTH, round((on - first).days * WIDTH / days)))

    rows = []
    for one in periods:
        state = standing(one.starts_on, one.ends_on, today, _same(one, periods))
        start, end = place(one.starts_on), place(one.ends_on + timedelta(days=1))
        rows.append(
            {
                "period": one,
                "label": label_of(one.what),
                "state": state,
                "word": STANDING_LABELS[state],
                "tone": TONES[state][0],
                "sign": TONES[state][1],
                "x": start,
                "width": max(end - start, 6) if end > start else 0,
            }
        )
    columns = [_month(first, months) for months in range(0, BEFORE + AFTER, 6)]
    return {
        "rows": rows,
        "today": place(today),
        "columns": [f"{SHORT[on.month - 1]} {on.year}" for on in columns],
    }


def _same(one: Period, periods: Iterable[Period]) -> list[tuple[date, date]]:
    return [
        (other.starts_on, other.ends_on)
        for other in periods
        if (other.provider_id, other.what) == (one.provider_id, one.what)
    ]


def _month(on: date, months: int) -> date:
    """The first day of the month that comes so many months after."""
    index = on.year * 12 + on.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
