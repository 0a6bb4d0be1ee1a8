"""A sheet of figures, wherever it came from: rows of values, and the cells somebody merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

Value: TypeAlias = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Block:
    """Merged cells, from one corner to the other (both included), counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        """« B4:B7 », as a spreadsheet writes it."""
        return f"{cell_name(self.top, self.left)}:{cell_name(self.bottom, self.right)}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows from the first of the file, empty ones too; empty cells are None, texts have no blanks around them."""

    rows: Sequence[Sequence[Value]]
    merged: Sequence[Block] = ()


def cell_name(row: int, column: int) -> str:
    """« C12 » for row 11 and column 2, counted from 0."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"
