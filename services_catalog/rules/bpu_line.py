"""One row of a price schedule read into a line, every cell that cannot be read named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from uuid import UUID

from kit.document.finding import Finding, error, warning
from kit.french import NBSP, day
from services_catalog.rules import bpu_words as words
from services_catalog.rules.bracket import BIGGEST_SIZE
from services_catalog.rules.figures import cents, decimal, plain, read_day, tidy, whole
from services_catalog.rules.market import Agreement
from services_catalog.rules.sheet import Value, cell_name

LONGEST_CODE, LONGEST_LABEL = 40, 300
HIGHEST_VAT = 30  # percent; no country of the Union has more: « 55 » was 5,5
WHOM = frozenset({"service", "measure", "size_from", "size_to", "tariff", "starts_on", "ends_on"})


@dataclass(frozen=True, slots=True)
class BpuLine:
    """A line as the file gives it. `row` is its place in the sheet, from 0."""

    row: int
    code: str
    label: str
    service_id: UUID | None
    unit: str
    measure: str
    size_from: int | None
    size_to: int | None
    tariff: str
    unit_cents: int
    vat_permille: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Terms:
    """What the lines must agree with: the schedule's own dates, its agreement, the catalogue's services by address."""

    starts_on: date
    ends_on: date
    agreement: Agreement
    services: Mapping[str, UUID]


@dataclass
class RowReader:
    """Reads the cells of one row by their column's name, and gathers what is wrong with them."""

    row: int
    places: Mapping[str, int]
    values: Mapping[str, Value]
    findings: list[Finding] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def cell(self, column: str) -> str:
        """« C12 »: where that column of this row is; the row's first cell when the sheet has no such column."""
        return cell_name(self.row, self.places.get(column, 0))

    def text(self, column: str) -> str:
        """What is written, a whole number without its decimals."""
        value = self.values.get(column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else tidy(str(value))

    def fail(self, column: str, sentence: str) -> None:
        """Note an error on that cell."""
        self.failed.add(column)
        self.findings.append(error(self.cell(column), sentence))

    def needed(self, column: str, longest: int) -> str:
        """A text that must be there."""
        written = self.text(column)
        heading = words.COLUMNS[column].heading
        if not written:
            self.fail(column, f"«{NBSP}{heading}{NBSP}» est vide.")
        elif written in words.FAULTS:
            self.fail(column, f"Cette cellule contient une erreur du tableur ({written}).")
        elif len(written) > longest:
            self.fail(column, f"«{NBSP}{heading}{NBSP}» dépasse {longest}{NBSP}caractères.")
        return written

    def word(self, column: str, known: Mapping[str, str], empty: str | None) -> str:
        """A word of a list; `empty` is what an empty cell means (None: it must not be empty)."""
        written = plain(self.text(column))
        if not written and empty is not None:
            return empty
        if written not in known:
            heading, said = words.COLUMNS[column].heading, quoted(self.text(column))
            labels = ", ".join(dict.fromkeys(label for label in known if len(label) > 2))
            self.fail(
                column, f"{said} n’est pas connu dans «{NBSP}{heading}{NBSP}». Écrivez par exemple{NBSP}: {labels}."
            )
        return known.get(written, "")

    def size(self, column: str) -> int | None:
        """A bound of a bracket; None when the cell says there is no end, or cannot be read."""
        written = self.text(column).removesuffix("€").strip()
        number = whole(self.values.get(column)) if not isinstance(self.values.get(column), str) else whole(written)
        if number is None or number > BIGGEST_SIZE:
            self.fail(column, f"{quoted(self.text(column))} n’est pas un nombre entier.")
            return None
        return number

    def day(self, column: str, otherwise: date) -> date:
        """A date; an empty cell means the schedule's own."""
        value = self.values.get(column)
        if value is None or value == "":
            return otherwise
        found = read_day(value)
        if found is None:
            self.fail(column, f"{quoted(self.text(column))} n’est pas une date{NBSP}: écrivez par exemple 01/10/2026.")
        return found or otherwise


def quoted(written: str) -> str:
    """« … », shortened."""
    return f"«{NBSP}{written if len(written) <= 40 else f'{written[:40]}…'}{NBSP}»"


def read_line(row: RowReader, terms: Terms) -> BpuLine | None:
    """The line of a row; `row.findings` has all that is wrong with it, warnings too.

    None when nobody can tell whom it is for. A line whose price alone is wrong is still compared with the others.
    """
    code, label = row.needed("code", LONGEST_CODE), row.needed("label", LONGEST_LABEL)
    service_id = _service(row, terms)
    unit = row.word("unit", words.UNITS, None)
    measure = row.word("measure", words.MEASURES, "none")
    size_from, size_to = _bracket(row, measure)
    tariff = row.word("tariff", words.TARIFFS, "all")
    unit_cents, vat_permille = _price(row), _vat(row)
    starts_on, ends_on = _dates(row, terms)
    if row.failed & WHOM:
        return None
    return BpuLine(
        row.row,
        code,
        label,
        service_id,
        unit,
        measure,
        size_from,
        size_to,
        tariff,
        unit_cents or 0,
        vat_permille or 0,
        starts_on,
        ends_on,
    )


def _service(row: RowReader, terms: Terms) -> UUID | None:
    slug = plain(row.text("service"))
    if not slug:
        sentence = "Sans prestation du catalogue, cette ligne ne donnera de prix à personne."
        row.findings.append(warning(row.cell("service"), sentence))
        return None
    if slug not in terms.services:
        close = get_close_matches(slug, terms.services, n=1)
        hint = f" Vouliez-vous dire {quoted(close[0])}{NBSP}?" if close else ""
        row.fail("service", f"La prestation {quoted(slug)} n’est pas au catalogue.{hint}")
    return terms.services.get(slug)


def _bracket(row: RowReader, measure: str) -> tuple[int | None, int | None]:
    begin, end = row.text("size_from"), row.text("size_to")
    if measure in ("none", ""):
        if measure and (begin or plain(end) not in words.NO_END):
            where = "size_from" if begin else "size_to"
            row.fail(where, f"Dites dans «{NBSP}Tranche{NBSP}» ce que compte cette tranche (établissements, postes…).")
        return None, None
    if not begin:
        row.fail("size_from", "Dites où commence la tranche, par exemple 1.")
        return None, None
    size_from = row.size("size_from")
    size_to = None if plain(end) in words.NO_END else row.size("size_to")
    if size_from is not None and size_to is not None and size_to < size_from:
        row.fail("size_to", f"La tranche finirait à {size_to}, avant de commencer à {size_from}.")
    return size_from, size_to


def _price(row: RowReader) -> int | None:
    found = cents(row.values.get("price"))
    if found is None and not row.text("price"):
        row.fail("price", "Le prix est vide.")
    elif found is None:
        hint = "écrivez par exemple 12 000,00, positif et au centime près"
        row.fail("price", f"{quoted(row.text('price'))} n’est pas un prix lisible{NBSP}: {hint}.")
    elif found == 0:  # what a spreadsheet makes of a formula on an empty cell
        row.findings.append(warning(row.cell("price"), f"Ce prix est nul{NBSP}: la prestation serait gratuite."))
    return found


def _vat(row: RowReader) -> int | None:
    """In thousandths. « 20 % », 20 and 0.2 (a cell in percents) are the same rate: no rate is below 1 %."""
    value, written = row.values.get("vat"), row.text("vat")
    rate = decimal(written.removesuffix("%")) if isinstance(value, str) else decimal(value)
    if rate is not None and 0 < rate < 1 and "%" not in written:
        rate *= 100
    if rate is None or not 0 <= rate <= HIGHEST_VAT or rate * 10 != int(rate * 10):
        said = quoted(written) if written else "Une cellule vide"
        row.fail("vat", f"{said} n’est pas un taux de TVA{NBSP}: écrivez par exemple 20{NBSP}% ou 5,5{NBSP}%.")
        return None
    return int(rate * 10)


def _dates(row: RowReader, terms: Terms) -> tuple[date, date]:
    starts_on, ends_on = row.day("starts_on", terms.starts_on), row.day("ends_on", terms.ends_on)
    agreement = terms.agreement
    if starts_on > ends_on:
        row.fail("ends_on", f"La ligne finirait le {day(ends_on)}, avant de commencer le {day(starts_on)}.")
    elif starts_on < agreement.starts_on:
        begun = f"L’accord-cadre {agreement.reference} ne commence que le {day(agreement.starts_on)}"
        row.fail("starts_on", f"{begun}, et cette ligne commencerait le {day(starts_on)}.")
    elif ends_on > agreement.ends_on:
        ended = f"L’accord-cadre {agreement.reference} prend fin le {day(agreement.ends_on)}"
        row.fail("ends_on", f"{ended}, et cette ligne irait jusqu’au {day(ends_on)}.")
    elif starts_on < terms.starts_on or ends_on > terms.ends_on:
        where = "starts_on" if starts_on < terms.starts_on else "ends_on"
        row.fail(where, f"Le bordereau ne court que du {day(terms.starts_on)} au {day(terms.ends_on)}.")
    return starts_on, ends_on
