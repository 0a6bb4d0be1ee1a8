"""A file of the bank once it is read, whatever its format; how a movement is told apart from another."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from stdnum import iban as ibans

from kit.french import NBSP, money

MOST_LINES = 20_000
LONGEST_NAME = 140
LONGEST_WORDING = 1_000


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of the account: `position` is its line or entry in the file; `amount_cents` is above zero when in."""

    position: int
    booked_on: date
    amount_cents: int
    counterpart: str = ""
    counterpart_iban: str = ""
    wording: str = ""
    bank_reference: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a CSV: its heading, and what it was understood to be ("" when it is not read)."""

    heading: str
    meaning: str


@dataclass(frozen=True, slots=True)
class BankFile:
    """A statement. `iban` is empty when the file does not say whose it is; balances in cents, None when not said.

    `notes` say in French what was understood or left out. `columns` are those of a CSV.
    """

    format: str
    iban: str
    movements: tuple[Movement, ...]
    opening_cents: int | None = None
    closing_cents: int | None = None
    notes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()

    @property
    def movements_cents(self) -> int:
        """What the movements add up to."""
        return sum(one.amount_cents for one in self.movements)

    @property
    def starts_on(self) -> date | None:
        """The first day with a movement."""
        return min((one.booked_on for one in self.movements), default=None)

    @property
    def ends_on(self) -> date | None:
        """The last day with a movement."""
        return max((one.booked_on for one in self.movements), default=None)


def balance_fault(opening_cents: int | None, movements_cents: int, closing_cents: int | None) -> str:
    """What to say when the opening balance and the movements do not make the closing one; "" when they do."""
    if opening_cents is None or closing_cents is None or opening_cents + movements_cents == closing_cents:
        return ""
    return (
        f"Le solde d’ouverture ({money(opening_cents)}) et les mouvements mènent à "
        f"{money(opening_cents + movements_cents)}, mais le fichier annonce un solde de clôture de "
        f"{money(closing_cents)}{NBSP}: il manque peut-être des lignes."
    )


def fingerprints(movements: Sequence[Movement]) -> list[str]:
    """What tells each movement apart, in any file of the account: two that are alike are told by their rank."""
    seen: Counter[str] = Counter()
    marks = []
    for one in movements:
        facts = (one.booked_on.isoformat(), str(one.amount_cents), one.counterpart_iban, one.bank_reference)
        mark = "|".join((*facts, compact(one.wording), compact(one.counterpart)))
        marks.append(hashlib.sha256(f"{mark}|{seen[mark]}".encode()).hexdigest())
        seen[mark] += 1
    return marks


def compact(text: str) -> str:
    """Letters and digits alone, in capitals."""
    return re.sub(r"[\W_]", "", text.upper())


def clean(text: str, longest: int) -> str:
    """One line, without what nobody can see."""
    seen = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(seen.split())[:longest]


def read_iban(text: str) -> str:
    """An IBAN without its spaces; "" when it is none."""
    written = compact(text)
    return written if written and ibans.is_valid(written) else ""


def is_account(iban: str, said: str) -> bool:
    """Whether `said` is that account: its IBAN, or the national number inside it."""
    wanted, found = compact(iban), compact(said)
    return found in (wanted, wanted[4:])


def masked(iban: str) -> str:
    """« FR76 •••• •••• 0189 »: enough to recognise it, not to use it."""
    return f"{iban[:4]}{NBSP}••••{NBSP}••••{NBSP}{iban[-4:]}" if len(iban) > 8 else ""
