"""Bank statements in CSV, as French banks write them: separator, encoding, headings, days and signs are found out."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from billing.gateway.bank_refusal import refuse, refuse_lines
from billing.rules.bank import (
    LONGEST_NAME,
    LONGEST_WORDING,
    MOST_LINES,
    BankFile,
    Column,
    Movement,
    clean,
    compact,
    read_iban,
)
from billing.rules.bank_columns import (
    MEANINGS,
    amount_fault,
    columns_of,
    date_order,
    meaning_of,
    read_day,
    read_signed,
    side_of,
)
from kit.errors import Invalid
from kit.french import NBSP

_SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
_ORDERS = {"dmy": "jour/mois/année", "mdy": "mois/jour/année", "ymd": "année-mois-jour"}
_MOST_HEADINGS = 40  # lines before the headings
_MOST_COLUMNS = 60
_NO_HEADINGS = (
    "Ce CSV n’a pas de ligne d’en-têtes reconnue. Il faut au moins une colonne de date, et une colonne de montant "
    f"ou deux colonnes de débit et de crédit{NBSP}: ajoutez-les, ou demandez un fichier camt.053 à la banque."
)
_EUROS = {"", "eur", "euro", "euros", "€"}


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the file: its last line, its cells."""

    line: int
    cells: Sequence[str]

    def cell(self, places: Sequence[int]) -> str:
        """The first of these cells that says something."""
        return next((self.cells[one] for one in places if one < len(self.cells) and self.cells[one]), "")


def read_csv(content: bytes) -> BankFile:
    """The movements of a CSV file. Raises Invalid, with each line that cannot be taken."""
    text, encoding = _decoded(content)
    if "\x00" in text:
        refuse("Ce fichier n’est ni un relevé camt.053 (XML) ni un CSV.")
    separator, rows, head, places = _headed(text)
    kept = [row for row in rows[head + 1 :] if any(row.cells)]
    if len(kept) > MOST_LINES:
        refuse(f"Ce fichier a plus de {MOST_LINES} lignes{NBSP}: demandez à la banque un fichier par mois.")
    order = date_order(row.cell(places["booked"]) for row in kept)
    movements, balances, skipped = _movements(kept, places, order)
    opening, closing = _balances(movements, balances)
    notes = [f"Séparateur{NBSP}: {_SEPARATORS[separator]}. Encodage{NBSP}: {encoding}. Dates{NBSP}: {_ORDERS[order]}."]
    if skipped:
        notes.append(f"{skipped} ligne(s) sans mouvement (totaux, soldes, montants nuls) ne sont pas prises.")
    headings = [Column(clean(one, 60), _meaning(places, place)) for place, one in enumerate(rows[head].cells) if one]
    account = _account(rows[:head], kept, places)
    return BankFile("CSV", account, tuple(movements), opening, closing, tuple(notes), tuple(headings))


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), "Windows (CP1252)"


def _headed(text: str) -> tuple[str, list[_Row], int, dict[str, list[int]]]:
    """The separator, every row, where the headings are, and what they mean."""
    for separator in _SEPARATORS:
        for index, row in enumerate(_rows(text, separator, _MOST_HEADINGS)):
            if places := columns_of(row.cells):
                return separator, _rows(text, separator, MOST_LINES + _MOST_HEADINGS + 2), index, places
    return refuse(_NO_HEADINGS)


def _rows(text: str, separator: str, most: int) -> list[_Row]:
    found: list[_Row] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for cells in reader:
            found.append(_Row(reader.line_num, [" ".join(cell.split()) for cell in cells[:_MOST_COLUMNS]]))
            if len(found) >= most:
                break
    except csv.Error:
        refuse(f"Ce CSV ne se lit plus après la ligne {found[-1].line if found else 1}.")
    return found


def _meaning(places: dict[str, list[int]], place: int) -> str:
    return next((MEANINGS[name] for name, found in places.items() if place in found), "")


def _movements(
    rows: Sequence[_Row], places: dict[str, list[int]], order: str
) -> tuple[list[Movement], list[int | None], int]:
    found: list[Movement] = []
    balances: list[int | None] = []
    faults: dict[int, str] = {}
    skipped = 0
    for row in rows:
        try:
            one = _movement(row, places, order)
        except Invalid as error:
            faults[row.line] = error.sentence
            continue
        if one is None:
            skipped += 1
            continue
        found.append(one)
        balances.append(_balance(row, places))
    refuse_lines(faults)
    return found, balances, skipped


def _movement(row: _Row, places: dict[str, list[int]], order: str) -> Movement | None:
    """What a row says; None for a total, a balance, or nothing. Raises Invalid with the sentence of its fault."""
    on = read_day(row.cell(places["booked"][:1]) or row.cell(places["booked"]), order)
    words = " ".join(row.cells[one] for one in places.get("wording", ()) if one < len(row.cells) and row.cells[one])
    if on is None:
        written = row.cell(places["booked"])
        if not written or any(meaning_of(one) == "balance" or "total" in one.lower() for one in row.cells):
            return None
        raise Invalid(f"Ligne {row.line}{NBSP}: «{NBSP}{written[:40]}{NBSP}» n’est pas une date.")
    currency = row.cell(places.get("currency", ())).lower()
    if currency not in _EUROS:
        raise Invalid(f"Ligne {row.line}{NBSP}: la devise est {currency[:10].upper()}, seuls les euros sont pris.")
    cents = _amount(row, places)
    if cents == 0:
        return None
    return Movement(
        position=row.line,
        booked_on=on,
        amount_cents=cents,
        counterpart=clean(row.cell(places.get("counterpart", ())), LONGEST_NAME),
        counterpart_iban=read_iban(row.cell(places.get("counterpart_iban", ()))),
        wording=clean(words, LONGEST_WORDING),
    )


def _amount(row: _Row, places: dict[str, list[int]]) -> int:
    if "amount" in places:
        cents = _read(row, row.cell(places["amount"]))
        side = side_of(row.cell(places["side"])) if "side" in places else 0
        return side * abs(cents) if side else cents
    out, into = (row.cell(places[name]) for name in ("debit", "credit"))
    taken = abs(_read(row, out)) if out else 0
    given = _read(row, into) if into else 0
    if taken and given:
        raise Invalid(f"Ligne {row.line}{NBSP}: un débit et un crédit à la fois.")
    return given - taken


def _read(row: _Row, text: str) -> int:
    try:
        return read_signed(text, "amount")
    except Invalid as error:
        raise Invalid(amount_fault(text, row.line, error)) from None


def _balance(row: _Row, places: dict[str, list[int]]) -> int | None:
    try:
        return read_signed(row.cell(places["balance"]), "balance") if "balance" in places else None
    except Invalid:
        return None


def _balances(movements: Sequence[Movement], balances: Sequence[int | None]) -> tuple[int | None, int | None]:
    """The opening and closing balances that a column of balances tells, the oldest line first or last."""
    if not movements or None in balances:
        return None, None
    after = [one or 0 for one in balances]
    amounts = [one.amount_cents for one in movements]
    if movements[0].booked_on > movements[-1].booked_on or (
        len(after) > 1 and after[0] == after[1] + amounts[0] and after[1] != after[0] + amounts[1]
    ):
        after.reverse()
        amounts.reverse()
    return after[0] - amounts[0], after[-1]


def _account(before: Sequence[_Row], rows: Sequence[_Row], places: dict[str, list[int]]) -> str:
    """The account that the file says it is of: in a column, or above the headings. Raises Invalid for several."""
    said = {compact(row.cell(places["account"])) for row in rows} - {""} if "account" in places else set()
    if len(said) > 1:
        refuse(f"Ce fichier contient plusieurs comptes{NBSP}: envoyez-en un à la fois.")
    if said:
        return said.pop()
    above = (read_iban(part) for row in before for cell in row.cells for part in (cell, cell.rpartition(":")[2]))
    return next(filter(None, above), "")
