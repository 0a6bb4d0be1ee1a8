"""How a file of the bank is refused: in one sentence, or line by line; nothing of it is imported."""

from collections.abc import Mapping
from typing import NoReturn

from kit.errors import Invalid
from kit.french import NBSP, count

MOST_SAID = 20


def refuse(sentence: str) -> NoReturn:
    """Raise Invalid on the field `file`."""
    raise Invalid(sentence, {"file": sentence})


def refuse_lines(faults: Mapping[int, str]) -> None:
    """Raise Invalid when some lines have a fault; `fields` names the first twenty as line.12."""
    if not faults:
        return
    said = {f"line.{line}": faults[line] for line in sorted(faults)[:MOST_SAID]}
    number = count(len(faults), "ligne ne peut pas être prise", "lignes ne peuvent pas être prises")
    raise Invalid(f"{number}{NBSP}: rien n’est importé.", said)
