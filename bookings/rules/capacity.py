"""Whether providers can absorb what is planned, ordered and granted, month by month. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kit.french import MONTHS, NBSP, count, grouped

MONTHS_SHOWN = 12
NO_DAY = None  # the key of what has no last day
_SHORT = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@dataclass(frozen=True, slots=True)
class Month:
    """Half-days of a month: what providers can do, what is planned, ordered without a date, granted and not ordered.

    What has no date weighs on the month of its last day.
    """

    start: date
    capacity: int
    planned: int
    to_plan: int
    granted: int

    @property
    def asked(self) -> int:
        """All that weighs on the month."""
        return self.planned + self.to_plan + self.granted

    @property
    def name(self) -> str:
        """« novembre 2026 »."""
        return f"{MONTHS[self.start.month - 1]} {self.start.year}"

    @property
    def short(self) -> str:
        """« nov. »."""
        return _SHORT[self.start.month - 1]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The months to come, what comes later or has no last day, and the sentence that says whether it holds."""

    months: Sequence[Month]
    later: int
    undated: int
    sentence: str
    holds: bool


def months_from(on: date) -> list[date]:
    """The first days of the months shown, the current one first."""
    first = on.year * 12 + on.month - 1
    return [date((first + index) // 12, (first + index) % 12 + 1, 1) for index in range(MONTHS_SHOWN)]


def last_day(start: date) -> date:
    """The last day of a month."""
    following = start.year * 12 + start.month
    return date.fromordinal(date(following // 12, following % 12 + 1, 1).toordinal() - 1)


def outlook(
    starts: Sequence[date],
    capacity: Mapping[date, int],
    planned: Mapping[date | None, int],
    to_plan: Mapping[date | None, int],
    granted: Mapping[date | None, int],
) -> Outlook:
    """Put what is asked beside what can be done. The mappings are by first day of month (None: no last day).

    What is late weighs on the first month; what comes after the last one is only counted.
    """
    first = starts[0]
    waiting, rights = _from(first, to_plan), _from(first, granted)
    months = [
        Month(one, capacity.get(one, 0), planned.get(one, 0), waiting.get(one, 0), rights.get(one, 0)) for one in starts
    ]
    sentence, holds = _sentence(months)
    later = sum(number for half_days in (waiting, rights) for month, number in half_days.items() if month > starts[-1])
    return Outlook(months, later, to_plan.get(NO_DAY, 0) + granted.get(NO_DAY, 0), sentence, holds)


def _from(first: date, half_days: Mapping[date | None, int]) -> dict[date, int]:
    found: dict[date, int] = {}
    for month, number in half_days.items():
        if month is not None:
            found[max(month, first)] = found.get(max(month, first), 0) + number
    return found


def _sentence(months: Iterable[Month]) -> tuple[str, bool]:
    """Work may be done before its last month, never after: sums are compared from the first month on."""
    asked = able = 0
    last = None
    for month in months:
        asked, able, last = asked + month.asked, able + month.capacity, month
        if asked > able:
            return f"D’ici fin {month.name}, il y a {_against(asked, able)}il en manque {grouped(asked - able)}.", False
    end = f"D’ici fin {last.name}, " if last else ""
    return f"{end}{_against(asked, able)}la capacité suffit.", True


def _against(asked: int, able: int) -> str:
    return f"{count(asked, 'demi-journée')} à faire pour {grouped(able)} possibles{NBSP}: "
