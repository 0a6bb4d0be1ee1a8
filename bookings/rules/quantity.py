"""How much is asked: whole units, and the half-days they make. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bookings.rules.time import MOST as MOST_AT_ONCE
from kit.errors import Invalid
from kit.french import count
from kit.typed import number
from services_catalog.rules.bracket import BIGGEST_SIZE

MOST = 10_000
_HALF_DAYS: Mapping[str, int] = {"day": 2, "half_day": 1}


def half_days(unit: str, quantity: int, of_one: int) -> int:
    """The half-days of so many units; a unit that is not a length of time counts what its service says (`of_one`)."""
    return quantity * _HALF_DAYS.get(unit, of_one)


def read_quantity(typed: Any, name: str = "quantity") -> int:
    """A whole number of units from what was typed or sent. Raises Invalid (field `name`)."""
    number = _whole(typed)
    if number is None or not 1 <= number <= MOST:
        raise Invalid(
            "Aucun devis n’est établi.", {name: "Indiquez un nombre entier, de 1 à 10\N{NARROW NO-BREAK SPACE}000."}
        )
    return number


def read_size(typed: Any) -> int | None:
    """The size that the facility declares, in what its price counts; None when nothing was. Raises Invalid (size)."""
    if typed is None or not str(typed).strip():
        return None
    number = _whole(typed)
    if number is None or not 0 <= number <= BIGGEST_SIZE:
        raise Invalid("Aucun devis n’est établi.", {"size": "Indiquez un nombre entier, en chiffres."})
    return number


def check_credit(length: int) -> None:
    """Whether one order may buy so many half-days: an account takes no more at once. Raises Invalid (quantity)."""
    if length > MOST_AT_ONCE:
        most = f"Une commande ne dépasse pas {count(MOST_AT_ONCE, 'demi-journée')}."
        raise Invalid("Aucun devis n’est établi.", {"quantity": most})


def last_day(starts_on: date, months: int) -> date:
    """The last day, included, of a period of so many months that begins on `starts_on`."""
    month = starts_on.month - 1 + months
    year, month = starts_on.year + month // 12, month % 12 + 1
    longest = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(starts_on.day, longest)) - timedelta(days=1)


def _whole(typed: Any) -> int | None:
    if isinstance(typed, bool):
        return None
    if isinstance(typed, int):
        return typed
    digits = "".join(str(typed).split()).replace("\u202f", "").replace("\u00a0", "")
    return number(digits, 15)
