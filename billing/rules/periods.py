"""The calendar periods of a subscription: months, quarters, years. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from billing.rules.proration import prorated
from billing.rules.states import PERIOD_MONTHS
from kit.french import MONTHS

PERIOD_LABELS = {"month": "Mensuel", "quarter": "Trimestriel", "year": "Annuel"}
PERIOD_NOUNS = {"month": "par mois", "quarter": "par trimestre", "year": "par an"}
ONE_DAY = timedelta(days=1)


def period_of(period: str, on: date) -> tuple[date, date]:
    """The first and last day of the calendar period that holds a day."""
    months = PERIOD_MONTHS[period]
    first = date(on.year, on.month - (on.month - 1) % months, 1)
    after = first.month - 1 + months
    return first, date(first.year + after // 12, after % 12 + 1, 1) - ONE_DAY


def parts_due(
    period: str, starts_on: date, ends_on: date | None, billed_until: date | None, on: date
) -> Iterator[tuple[date, date]]:
    """The (first, last) days still to invoice, period by period, of every one that has begun on `on`.

    An end inside a period cuts it. One that was invoiced further than its end owes nothing more.
    """
    first = billed_until + ONE_DAY if billed_until else starts_on
    while first <= on and (ends_on is None or first <= ends_on):
        last = period_of(period, first)[1]
        yield first, min(last, ends_on) if ends_on else last
        first = last + ONE_DAY


def next_first_day(period: str, starts_on: date, ends_on: date | None, billed_until: date | None) -> date | None:
    """The day of the next draft; None when nothing more will be invoiced."""
    first = billed_until + ONE_DAY if billed_until else starts_on
    return None if ends_on is not None and first > ends_on else first


def part_cents(period: str, period_cents: int, proration: str, part: tuple[date, date]) -> int:
    """What a part of a period costs, in cents, excluding VAT."""
    return prorated(period_cents, proration, period_of(period, part[0]), part)


def part_words(period: str, part: tuple[date, date]) -> str:
    """« Mars 2027 », « 1er trimestre 2027 », « Année 2027 »; with its days when it is no whole period."""
    first, last = period_of(period, part[0])
    rank = (first.month - 1) // 3 + 1
    name = {
        "month": f"{MONTHS[first.month - 1].capitalize()} {first.year}",
        "quarter": f"{rank}{'er' if rank == 1 else 'e'} trimestre {first.year}",
        "year": f"Année {first.year}",
    }[period]
    return name if part == (first, last) else f"{name}, du {part[0]:%d/%m/%Y} au {part[1]:%d/%m/%Y}"
