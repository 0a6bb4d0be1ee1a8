"""What a form sends, as the rules read it: whole numbers, days; what is none is None, and the rule says so."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import request

from kit.errors import Invalid
from kit.typed import identifier, number


def whole(text: str) -> int | None:
    """A whole number, blanks forgiven; None when it is none."""
    return number("".join(text.split()))


def day_of(form: Mapping[str, str], name: str) -> date | None:
    """The day of the three boxes `name`-day, -month, -year (macro date_field); None when they are none."""
    day, month, year = (whole(part) for part in boxes(form, name))
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def boxes(form: Mapping[str, str], name: str) -> tuple[str, str, str]:
    """What was typed in the three boxes, to be shown again."""
    day, month, year = (form.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year"))
    return day, month, year


def boxes_of(on: date | None) -> tuple[str, str, str]:
    """The same of a known day."""
    return (str(on.day), str(on.month), str(on.year)) if on else ("", "", "")


def after_sent() -> UUID | None:
    """Where the page of a list begins; None for the first one. Raises Invalid when it is nowhere."""
    text = request.args.get("after", "")
    found = identifier(text)
    if text and found is None:
        raise Invalid("Cette page de la liste n’existe pas.", {"after": "Revenez à la première page."})
    return found
