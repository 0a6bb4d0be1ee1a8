"""The price of a part of a period. Pure.

Parts are measured from the beginning of the period and rounded there, so that the parts of a period add up to its
price to the cent, however it is cut.
"""

from calendar import monthrange
from datetime import date

PRORATION_LABELS = {"none": "Due en entier", "month": "Au mois", "day": "Au jour"}


def prorated(cents: int, proration: str, period: tuple[date, date], part: tuple[date, date]) -> int:
    """What a part (first and last day, within the period's) costs, in cents; rounded half up from the beginning.

    none: the whole price for any part. day: by days. month: by months, each being owed by the part that holds its last
    day: the month in which one comes is owed whole, the month in which one goes only when it is complete.
    """
    if proration == "none":
        return cents
    measure = _days if proration == "day" else _months
    whole = measure(period[0], period[1])
    begins, ends = measure(period[0], part[0]) - measure(part[0], part[0]), measure(period[0], part[1])
    return _share(cents, ends, whole) - _share(cents, begins, whole)


def _share(cents: int, units: int, whole: int) -> int:
    return (2 * cents * units + whole) // (2 * whole)


def _days(first: date, last: date) -> int:
    return (last - first).days + 1


def _months(first: date, last: date) -> int:
    """How many months end from one day to another, both included."""
    complete = last.day == monthrange(last.year, last.month)[1]
    return (last.year - first.year) * 12 + last.month - first.month + int(complete)
