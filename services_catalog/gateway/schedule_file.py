"""A price schedule as a file to take away: XLSX or CSV, that imports back as it is; and the template to fill in."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from services_catalog.gateway.spreadsheet import FORMULA_SIGNS
from services_catalog.rules.bpu_words import COLUMNS
from services_catalog.rules.states import MEASURE_LABELS, TARIFF_LABELS, UNIT_LABELS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = {"label": 44, "service": 28, "code": 12, "tariff": 20, "measure": 18, "price": 14}
_HEAD = PatternFill("solid", start_color="E8EEF2")
_VAT = list(COLUMNS).index("vat")


class Written(Protocol):
    """What is written of a line."""

    code: Any
    label: Any
    service_id: Any
    unit: Any
    measure: Any
    size_from: Any
    size_to: Any
    tariff: Any
    unit_cents: Any
    vat_permille: Any
    starts_on: Any
    ends_on: Any


def write_csv(lines: Iterable[Written], slugs: dict[UUID, str]) -> bytes:
    """UTF-8 with its mark and semicolons: what a French spreadsheet opens by a double click."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.heading for column in COLUMNS.values()])
    for line in lines:
        texts = [_as_text(value) for value in _values(line, slugs)]
        texts[_VAT] = f"{_as_text(Decimal(line.vat_permille) / 10)} %"
        writer.writerow(texts)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(lines: Iterable[Written], slugs: dict[UUID, str]) -> bytes:
    """One sheet, headings that stay in view; texts are texts, whatever sign they begin with."""
    book = Workbook()
    page = book.active
    page.title = "Bordereau"
    page.append([column.heading for column in COLUMNS.values()])
    for row, line in enumerate(lines, start=2):
        for place, value in enumerate(_values(line, slugs), start=1):
            cell = page.cell(row, place, value)
            if isinstance(value, str):
                cell.data_type = "s"
    _dress(page)
    return _bytes(book)


def write_template(services: Sequence[tuple[str, str]]) -> bytes:
    """Headings, two invented lines, and a second sheet with the words to use and the catalogue's services."""
    slug = services[0][0] if services else ""
    book = Workbook()
    page = book.active
    page.title = "Bordereau"
    page.append([column.heading for column in COLUMNS.values()])
    sizes = [(1, 1, 1200), (2, 5, 1800)]
    for number, (size_from, size_to, price) in enumerate(sizes, start=1):
        label = f"Exemple à remplacer, {'un établissement' if number == 1 else '2 à 5 établissements'}"
        bracket = ["établissements", size_from, size_to, "tarif adhérent"]
        page.append([f"EX-{number:02}", label, slug, "forfait", *bracket, price, 0.2, None, None])
    _dress(page)
    words = book.create_sheet("Mots à employer")
    words.append(["Colonne", "Ce qu’on y écrit"])
    for heading, labels in (("Unité", UNIT_LABELS), ("Tranche", MEASURE_LABELS), ("Tarif", TARIFF_LABELS)):
        for label in labels.values():
            words.append([heading, label])
    for address, title in services:
        words.append(["Prestation", address, title])
    for column, width in (("A", 16), ("B", 40), ("C", 60)):
        words.column_dimensions[column].width = width
    return _bytes(book)


def _values(line: Written, slugs: dict[UUID, str]) -> list[str | int | Decimal | date | None]:
    return [
        line.code,
        line.label,
        slugs.get(line.service_id) if line.service_id else None,
        UNIT_LABELS[line.unit],
        MEASURE_LABELS[line.measure],
        line.size_from,
        line.size_to,
        TARIFF_LABELS[line.tariff],
        Decimal(line.unit_cents) / 100,
        Decimal(line.vat_permille) / 1000,
        line.starts_on,
        line.ends_on,
    ]


def _as_text(value: str | int | Decimal | date | None) -> str:
    """Commas for decimals; a quote before a sign that a spreadsheet would take for a formula."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, str) and value[:1] in FORMULA_SIGNS:
        return f"'{value}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _dress(page: Any) -> None:
    names = list(COLUMNS)
    for place, name in enumerate(names, start=1):
        letter = get_column_letter(place)
        head = page.cell(1, place)
        head.font, head.fill, head.alignment = Font(bold=True), _HEAD, Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[letter].width = _WIDTHS.get(name, 12)
        styles = {"price": "#,##0.00 €", "vat": "0.0 %", "starts_on": "DD/MM/YYYY", "ends_on": "DD/MM/YYYY"}
        for row in range(2, page.max_row + 1):
            if name in styles:
                page.cell(row, place).number_format = styles[name]
    page.freeze_panes = "A2"


def _bytes(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
