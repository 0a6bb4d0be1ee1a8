"""A strict reader of the file of accounting entries: it knows the article, and nothing of what writes the file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from kit.french import NBSP, count

NAMES = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
]
MAY_BE_EMPTY = {"CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"}
DATES = ("EcritureDate", "PieceDate", "DateLet", "ValidDate")
SAME_IN_AN_ENTRY = ("JournalCode", "EcritureDate", "PieceRef", "PieceDate", "ValidDate")
AMOUNT = re.compile(r"[0-9]{1,15},[0-9]{2}")
ACCOUNT = re.compile(r"[0-9]{3}[0-9A-Z]*")
MOST = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and on which line of the file (1 is the header; 0 is the whole file)."""

    line: int
    sentence: str


@dataclass(slots=True)
class _Seen:
    """What was read so far. Amounts in cents."""

    entry: dict[str, str] = field(default_factory=dict)
    entry_line: int = 0
    entry_lines: int = 0
    number: int = 0
    balance: int = 0
    debit: int = 0
    credit: int = 0
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    letters: dict[tuple[str, str, str], int] = field(default_factory=dict)
    letter_days: dict[tuple[str, str, str], str] = field(default_factory=dict)


def check_fec(text: str | Iterable[str], year: int | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong with a file (its text, or its lines), at most 200 findings; none: it may be sent.

    `year` is the year of accounts; without it, that of the first entry.
    """
    found: list[Finding] = []
    lines = text.removesuffix("\n").split("\n") if isinstance(text, str) and text else text
    for finding in _findings(lines, year):
        found.append(finding)
        if len(found) == MOST:
            break
    return tuple(found)


def _findings(lines: Iterable[str], year: int | None) -> Iterator[Finding]:
    seen, at, separator = _Seen(), 0, "\t"
    for at, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        separator = "|" if at == 1 and "\t" not in line else separator
        values = line.split(separator)
        if at == 1:
            yield from _header(values)
        elif len(values) != len(NAMES):
            yield Finding(at, f"Cette ligne a {count(len(values), 'champ')} au lieu de {len(NAMES)}.")
        else:
            row = dict(zip(NAMES, values, strict=True))
            year = year or _year(row["EcritureDate"])
            yield from _row(at, row, year)
            yield from _follow(at, row, seen)
    if at == 0:
        yield Finding(0, "Ce fichier est vide.")
    yield from _end_of_entry(seen)
    yield from _whole(seen)


def _header(names: list[str]) -> Iterator[Finding]:
    for place, expected in enumerate(NAMES):
        if place >= len(names) or names[place] != expected:
            yield Finding(1, f"Le champ {place + 1} doit s’appeler {expected}.")
    if len(names) > len(NAMES):
        yield Finding(1, f"La première ligne nomme plus de {len(NAMES)} champs.")


def _row(at: int, row: dict[str, str], year: int | None) -> Iterator[Finding]:
    """What a line says by itself."""
    for name, value in row.items():
        if name not in MAY_BE_EMPTY and not value.strip():
            yield Finding(at, f"{name} est vide.")
    for name in DATES:
        if row[name] and _day(row[name]) is None:
            yield Finding(at, f"{name} n’est pas une date AAAAMMJJ{NBSP}: {row[name]}.")
    entered, validated = _day(row["EcritureDate"]), _day(row["ValidDate"])
    if entered and entered.year != year:
        yield Finding(at, f"EcritureDate n’est pas de l’exercice {year}{NBSP}: {row['EcritureDate']}.")
    if entered and validated and validated < entered:
        yield Finding(at, "ValidDate est avant EcritureDate.")
    if row["CompteNum"] and not ACCOUNT.fullmatch(row["CompteNum"]):
        yield Finding(at, f"CompteNum ne commence pas par trois chiffres{NBSP}: {row['CompteNum']}.")
    if row["CompteNum"].startswith("411") and not row["CompAuxNum"]:
        yield Finding(at, "CompAuxNum est vide sur un compte de client.")
    for one, other in (("CompAuxNum", "CompAuxLib"), ("EcritureLet", "DateLet"), ("Montantdevise", "Idevise")):
        if bool(row[one]) != bool(row[other]):
            yield Finding(at, f"{one} et {other} vont ensemble.")
    yield from _amounts(at, row)
    if not all(map(str.isprintable, row.values())):
        yield Finding(at, "Un champ contient un caractère de contrôle.")


def _amounts(at: int, row: dict[str, str]) -> Iterator[Finding]:
    debit, credit = _cents(row["Debit"]), _cents(row["Credit"])
    for name, cents in (("Debit", debit), ("Credit", credit)):
        if cents is None:
            yield Finding(at, f"{name} n’est pas un montant à virgule et deux décimales{NBSP}: {row[name]}.")
    if debit is not None and credit is not None and (debit == 0) == (credit == 0):
        yield Finding(at, "Une ligne a un débit ou un crédit, l’un des deux.")


def _follow(at: int, row: dict[str, str], seen: _Seen) -> Iterator[Finding]:
    """What a line says after those before it."""
    if row["EcritureNum"] != seen.entry.get("EcritureNum"):
        yield from _end_of_entry(seen)
        if row["EcritureNum"] != str(seen.number + 1):
            yield Finding(at, f"EcritureNum {row['EcritureNum']} ne suit pas {seen.number}.")
        seen.number = int(row["EcritureNum"]) if re.fullmatch(r"[0-9]{1,9}", row["EcritureNum"]) else seen.number + 1
        seen.entry, seen.entry_line, seen.entry_lines, seen.balance = row, at, 0, 0
    for name in SAME_IN_AN_ENTRY:
        if row[name] != seen.entry[name]:
            yield Finding(at, f"{name} diffère de celui de la première ligne de l’écriture {row['EcritureNum']}.")
    debit, credit = _cents(row["Debit"]) or 0, _cents(row["Credit"]) or 0
    seen.entry_lines += 1
    seen.balance += debit - credit
    seen.debit, seen.credit = seen.debit + debit, seen.credit + credit
    for key, label in (("JournalCode", "JournalLib"), ("CompAuxNum", "CompAuxLib")):
        if seen.labels.setdefault((key, row[key]), row[label]) != row[label]:
            yield Finding(at, f"{label} change pour {key} {row[key]}.")
    if row["EcritureLet"]:
        yield from _letter(at, row, debit - credit, seen)


def _letter(at: int, row: dict[str, str], cents: int, seen: _Seen) -> Iterator[Finding]:
    key = (row["CompteNum"], row["CompAuxNum"], row["EcritureLet"])
    seen.letters[key] = seen.letters.get(key, 0) + cents
    if seen.letter_days.setdefault(key, row["DateLet"]) != row["DateLet"]:
        yield Finding(at, f"DateLet change pour le lettrage {row['EcritureLet']}.")
    if row["DateLet"] and row["DateLet"] < row["EcritureDate"]:
        yield Finding(at, "DateLet est avant EcritureDate.")


def _end_of_entry(seen: _Seen) -> Iterator[Finding]:
    if not seen.entry:
        return
    number = seen.entry["EcritureNum"]
    if seen.entry_lines < 2:
        yield Finding(seen.entry_line, f"L’écriture {number} n’a qu’une ligne.")
    if seen.balance:
        yield Finding(seen.entry_line, f"L’écriture {number} n’est pas équilibrée.")


def _whole(seen: _Seen) -> Iterator[Finding]:
    if seen.debit != seen.credit:
        yield Finding(0, "Le total des débits n’est pas celui des crédits.")
    for (account, customer, code), cents in seen.letters.items():
        if cents:
            yield Finding(0, f"Le lettrage {code} du compte {account} {customer} n’est pas soldé.")


@lru_cache(1024)
def _day(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _year(text: str) -> int | None:
    on = _day(text)
    return on.year if on else None


def _cents(text: str) -> int | None:
    return int(text.replace(",", "")) if AMOUNT.fullmatch(text) else None
