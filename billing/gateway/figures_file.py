"""Tables of figures to take away, CSV and XLSX. What people wrote is text there, never a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from services_catalog.gateway.spreadsheet import FORMULA_SIGNS

# What XML 1.0 cannot hold.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount of a table, told apart from a count."""

    cents: int


Value: TypeAlias = str | int | date | Cents | None


def csv_of(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with its mark, semicolons, decimal commas: what a French spreadsheet opens by itself."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_text(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(title: str, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet; amounts and days are numbers that can be added and sorted."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(headings):
        sheet.column_dimensions[chr(ord("A") + place)].width = max(14, min(44, len(heading) + 6))
    sheet.append([_cell(sheet, heading, bold=True) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(value: Value) -> str:
    if isinstance(value, Cents):
        sign, cents = ("-" if value.cents < 0 else ""), abs(value.cents)
        return f"{sign}{cents // 100},{cents % 100:02}"
    if isinstance(value, date):
        return value.isoformat()
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in FORMULA_SIGNS else text


def _cell(sheet: Any, value: Value, bold: bool = False) -> Any:
    if isinstance(value, Cents):
        cell = WriteOnlyCell(sheet, Decimal(value.cents) / 100)
        cell.number_format = "#,##0.00\\ [$€-40C]"
    elif isinstance(value, str):
        cell = WriteOnlyCell(sheet, _UNWRITABLE.sub("", value)[:32000])
        cell.data_type = "s"  # « =1+1 » is a name somebody typed
    else:
        cell = WriteOnlyCell(sheet, value)
    if bold:
        cell.font = Font(bold=True)
    return cell
