"""Files of figures, sound, damaged or hostile, as they are opened."""

import csv
import io
import zipfile
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import pytest
from openpyxl import Workbook

from kit.errors import Invalid
from services_catalog.gateway.spreadsheet import read_sheet
from services_catalog.rules.bpu import read_bpu
from tests.services_catalog.test_bpu import GOOD, HEADINGS, TERMS, a_row, errors


def xlsx(*rows: Sequence[Any], merge: str | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    if merge:
        book.active.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(*rows: Sequence[Any], separator: str = ";") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        xlsx(HEADINGS, GOOD),
        as_csv(HEADINGS, GOOD).encode("utf-8"),
        as_csv(HEADINGS, GOOD).encode("utf-8-sig"),
        as_csv(HEADINGS, GOOD).encode("cp1252"),
        as_csv(HEADINGS, GOOD, separator=",").encode(),
        as_csv(HEADINGS, GOOD, separator="\t").encode("utf-16"),
        ("sep=;\r\n" + as_csv(HEADINGS, GOOD)).encode(),
    ],
)
def test_files_of_every_kind(content: bytes) -> None:
    lines, findings = read_bpu(read_sheet(content), TERMS)
    assert findings == []
    assert (lines[0].code, lines[0].unit_cents, lines[0].measure) == ("EX-01", 150_000, "establishments")


def test_merged_cells_of_a_file() -> None:
    sheet = read_sheet(xlsx(HEADINGS, GOOD, a_row(low=6, high=9), merge="B2:B3"))
    assert [str(block) for block in sheet.merged] == ["B2:B3"]


def test_a_formula_is_never_read() -> None:
    """Its last result would be; a file that no spreadsheet has opened has none."""
    _, findings = read_bpu(read_sheet(xlsx(HEADINGS, a_row(price="=1000*1.5"))), TERMS)
    assert errors(findings)["I2"] == "Le prix est vide."


def altered(part: str, text: bytes) -> bytes:
    """A sound file, one part of which says something else."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(HEADINGS, GOOD))) as before, zipfile.ZipFile(out, "w", 8) as after:
        for name in before.namelist():
            after.writestr(name, text if name == part else before.read(name))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet %b>&a;</worksheet>' % MAIN
)
FAR = b'<worksheet %b><sheetData><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>' % MAIN
WIDE = b'<worksheet %b><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>' % MAIN

MERGES = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(1, 502))
MERGED = b"<worksheet %b><sheetData/><mergeCells>%b</mergeCells></worksheet>" % (MAIN, MERGES)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "est vide"),
        (b" \n", "est vide"),
        (b"x" * (2 * 1024 * 1024 + 1), "dépasse"),
        (b"%PDF-1.7", "XLSX ou en CSV"),
        (b"\xd0\xcf\x11\xe0rest", "XLSX ou en CSV"),
        (b"PK\x03\x04 nothing more", "ne se lit pas"),
        (b"a;b\x00c", "ni un XLSX ni un CSV"),
        (b"a\n" * 6000, "5000"),
        (b";".join([b"a"] * 80), "60"),
        (altered(SHEET, b" " * (9 * 1024 * 1024)), "trop gros"),
        (altered(SHEET, ENTITIES), "DOCTYPE"),
        (altered(SHEET, ENTITIES.decode().encode("utf-16")), "DOCTYPE"),
        (altered(SHEET, FAR), "remplie jusqu’à"),
        (altered(SHEET, WIDE), "remplie jusqu’à"),
        (altered(SHEET, MERGED), "plus de 500 blocs de cellules fusionnées"),
        (altered("xl/workbook.xml", b"<broken"), "ne se lit pas"),
    ],
)
def test_files_that_are_not_opened(content: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_sheet(content)
    assert words in refused.value.fields["file"].replace("\N{NO-BREAK SPACE}", " ")


def test_a_row_as_wide_as_a_sheet_is_the_last_one_read() -> None:
    """Thirty thousand bytes of them took seven hundred million of memory."""
    cells = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (row, row) for row in range(1, 3001))
    with pytest.raises(Invalid, match="jusqu’à BI1 au moins"):
        read_sheet(altered(SHEET, b"<worksheet %b><sheetData>%b</sheetData></worksheet>" % (MAIN, cells)))


def test_separators_alone_are_quickly_read() -> None:
    """A cell that is too far costs nothing: two million of them took six seconds."""
    begun = perf_counter()
    assert read_sheet(b";" * (2 * 1024 * 1024)).rows == [[]]
    assert perf_counter() - begun < 3


def test_ranges_as_large_as_a_sheet_cost_nothing() -> None:
    """Read in full, each would make a cell object for every cell of the range."""
    whole = b'ref="A1:XFD1048576"'
    ranges = b"<mergeCells><mergeCell %b/></mergeCells><hyperlinks><hyperlink %b/></hyperlinks>" % (whole, whole)
    part = b"<worksheet %b><sheetData/>%b</worksheet>" % (MAIN, ranges)
    assert [str(block) for block in read_sheet(altered(SHEET, part)).merged] == ["A1:XFD1048576"]
