"""Three answers instead of two (Kleene's logic), and the values facts are compared as. Pure."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Literal

# None is "not known". SQL's NULL follows the same truth tables, which is what lets the two executions agree.
Truth = bool | None
Scalar = str | bool | int | float | Decimal
Kind = Literal["flag", "number", "day", "text"]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Outcome(StrEnum):
    """What a rule, or one clause of it, answers."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    INFORMATION_MISSING = "information_missing"

    @classmethod
    def of(cls, truth: Truth) -> "Outcome":
        """The word for a truth value."""
        if truth is None:
            return cls.INFORMATION_MISSING
        return cls.ELIGIBLE if truth else cls.NOT_ELIGIBLE


class Unknown(Enum):
    """In place of a value: nobody looked it up. An absent value (None) was looked up, and is not there."""

    NOT_CONSULTED = "not_consulted"


def all_of(truths: Iterable[Truth]) -> Truth:
    """Conjunction: one false decides; else one unknown leaves the question open."""
    found = set(truths)
    return False if False in found else None if None in found else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Disjunction: one true decides; else one unknown leaves the question open."""
    found = set(truths)
    return True if True in found else None if None in found else False


def negation(truth: Truth) -> Truth:
    """What is not known stays so."""
    return None if truth is None else not truth


def counted(satisfying: int, unknown: int, low: int, high: int | None) -> Truth:
    """Whether a count lies in low..high (included; no maximum when None) while `unknown` more might satisfy."""
    most = satisfying + unknown
    if most < low or (high is not None and satisfying > high):
        return False
    return True if satisfying >= low and (high is None or most <= high) else None


def kind_of(operand: Scalar) -> Kind:
    """How an operand of a rule is compared: by its type, a text written YYYY-MM-DD being a day."""
    if isinstance(operand, bool):
        return "flag"
    if isinstance(operand, str):
        return "day" if _DAY.fullmatch(operand) else "text"
    return "number"


def comparable(value: object, kind: Kind) -> str | Decimal | None:
    """`value` as it compares with operands of that kind; None when it is absent or of another kind.

    Days compare as the text YYYY-MM-DD, whose order is the calendar's; flags as "true" and "false".
    """
    if isinstance(value, bool):
        return str(value).lower() if kind == "flag" else None
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)) if kind == "number" else None
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str) or kind in ("flag", "number"):
        return None
    return text if kind == "text" or _DAY.fullmatch(text) else None
