"""An invoice typed by hand: its lines, and what it is for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.rules.draft_words import DraftWords, LineWords, read_line, read_words
from billing.rules.states import SUBJECTS
from kit.errors import Invalid

NOT_MADE = "La facture n’est pas préparée."
MOST_LINES = 20
PARTS = ("designation", "detail", "quantity", "unit")


@dataclass(frozen=True, slots=True)
class Manual:
    """What was typed: a subject of SUBJECTS, lines with their amounts (excluding VAT), references and dates."""

    subject: str
    lines: tuple[LineWords, ...]
    words: DraftWords


def read_manual(typed: Mapping[str, Any]) -> Manual:
    """The invoice as typed; fields of the lines are `line-1-designation` and so on. Raises Invalid."""
    wrong: dict[str, str] = {}
    subject = str(typed.get("subject") or "")
    if subject not in SUBJECTS:
        wrong["subject"] = "Choisissez ce qui est facturé."
    numbers = [one for one in range(1, MOST_LINES + 1) if any(_filled(typed, one, part) for part in PARTS)]
    lines = tuple(read_line(typed, f"line-{one}", True, wrong) for one in numbers or [1])
    words = None
    try:
        words = read_words(typed, (), ())
    except Invalid as error:
        wrong.update(error.fields)
    if wrong or words is None:
        raise Invalid(NOT_MADE, wrong)
    return Manual(subject, lines, words)


def _filled(typed: Mapping[str, Any], line: int, part: str) -> bool:
    text = str(typed.get(f"line-{line}-{part}") or "").strip()
    return bool(text) and not (part == "quantity" and text == "1")
