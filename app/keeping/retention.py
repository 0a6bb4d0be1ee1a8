"""Which sets are kept: the last of each of the last days, weeks and months that have one. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime


def kept(made: Iterable[datetime], days: int, weeks: int, months: int) -> set[datetime]:
    """Those of `made` that stay. The newest always does; a day, week or month without a set does not count."""
    newest_first = sorted(made, reverse=True)
    stay = set(newest_first[:1])
    rules: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (days, lambda at: at.date()),
        (weeks, lambda at: at.isocalendar()[:2]),
        (months, lambda at: (at.year, at.month)),
    )
    for number, period in rules:
        seen: set[object] = set()
        for at in newest_first:
            if len(seen) == number:
                break
            if period(at) not in seen:
                seen.add(period(at))
                stay.add(at)
    return stay
