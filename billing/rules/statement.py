"""A customer's statement: opening balance, what was invoiced, credited, paid or given back, closing balance. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kit.errors import Invalid
from kit.french import NBSP, day, money

LONGEST = timedelta(days=366 * 2)
USUAL = timedelta(days=365)
MOST_LINES = 5000


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the customer's account. `subject` and `subject_id` as JournalEntry."""

    on: date
    piece: str
    wording: str
    subject: str
    subject_id: UUID
    debit_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class Line:
    """An entry, and what was owed after it."""

    entry: Entry
    balance_cents: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A period, both days included; balances in cents: above zero the customer owes."""

    since: date
    until: date
    opening_cents: int
    lines: Sequence[Line]

    @property
    def debit_cents(self) -> int:
        """What was added to what the customer owes."""
        return sum(line.entry.debit_cents for line in self.lines)

    @property
    def credit_cents(self) -> int:
        """What was taken from it."""
        return sum(line.entry.credit_cents for line in self.lines)

    @property
    def closing_cents(self) -> int:
        """What is owed at the end."""
        return self.opening_cents + self.debit_cents - self.credit_cents


def statement(since: date, until: date, opening_cents: int, entries: Sequence[Entry]) -> Statement:
    """The statement of a period: `entries` in the order of days."""
    lines, balance = [], opening_cents
    for entry in entries:
        balance += entry.debit_cents - entry.credit_cents
        lines.append(Line(entry, balance))
    return Statement(since, until, opening_cents, lines)


def period(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The days of a statement: a year until today unless told. Raises Invalid (from, to)."""
    odd = [name for name, on in (("from", since), ("to", until)) if on and not 2000 <= on.year <= 2100]
    if odd:
        raise Invalid("Cette période n’est pas lisible.", dict.fromkeys(odd, "Choisissez un jour entre 2000 et 2100."))
    last = until or today
    first = since or last - USUAL
    if first > last:
        raise Invalid("Cette période est à l’envers.", {"to": "La fin doit être le jour du début, ou après."})
    if last - first > LONGEST:
        raise Invalid("Cette période est trop longue.", {"from": "Un relevé couvre deux ans au plus."})
    return first, last


def paper(found: Statement, names: Mapping[str, str]) -> dict[str, Any]:
    """What the document says (billing/data/statement.typ). `names`: customer, number, tenant, issuer, colour, iban."""
    return {
        **names,
        "since": day(found.since),
        "until": day(found.until),
        "opening": money(found.opening_cents),
        "closing": money(found.closing_cents),
        "debit": money(found.debit_cents),
        "credit": money(found.credit_cents),
        "verdict": verdict(found.closing_cents),
        "lines": [
            {
                "on": f"{line.entry.on:%d/%m/%Y}",
                "piece": line.entry.piece,
                "wording": line.entry.wording,
                "debit": money(line.entry.debit_cents) if line.entry.debit_cents else "",
                "credit": money(line.entry.credit_cents) if line.entry.credit_cents else "",
                "balance": money(line.balance_cents),
            }
            for line in found.lines
        ],
    }


def verdict(balance_cents: int) -> str:
    """What a balance means, in words."""
    if balance_cents > 0:
        return f"Reste dû{NBSP}: {money(balance_cents)}"
    if balance_cents < 0:
        return f"En votre faveur{NBSP}: {money(-balance_cents)}"
    return "Compte soldé"
