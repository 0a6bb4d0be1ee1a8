"""Files of figures as people send them, XLSX or CSV, read into a sheet.

A file is bounded before it is opened: its size, its size once unzipped, its rows and columns. Values alone are read:
never a formula, a macro, a link to another file, nor an entity.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NoReturn
from xml.etree.ElementTree import iterparse

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from kit.errors import Invalid
from kit.french import NBSP
from services_catalog.rules.bpu_words import column_named
from services_catalog.rules.figures import tidy
from services_catalog.rules.sheet import Block, Sheet, Value, cell_name

LARGEST = 2 * 1024 * 1024
LARGEST_UNZIPPED = 8 * 1024 * 1024
MOST_PARTS = 200
MOST_ROWS = 5000
MOST_COLUMNS = 60
MOST_BLOCKS = 500  # of merged cells
FORMULA_SIGNS = frozenset("=+-@'\t\r")
_SEPARATORS = ";,\t|"


def read_sheet(content: bytes) -> Sheet:
    """The first visible sheet of a file, whatever its name says it is. Raises Invalid (field file)."""
    if not content.strip():
        _refuse("Ce fichier est vide.")
    if len(content) > LARGEST:
        _refuse(f"Ce fichier dépasse {LARGEST // 1024**2}{NBSP}Mo, bien plus qu’un bordereau de prix.")
    if content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"<")):
        _refuse("Enregistrez ce bordereau en XLSX ou en CSV, sans mot de passe, puis recommencez.")
    sheet = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    _check_size(sheet)
    return sheet


def _refuse(sentence: str) -> NoReturn:
    raise Invalid(sentence, {"file": sentence})


def _check_size(sheet: Sheet) -> None:
    widest = max((len(row) for row in sheet.rows), default=0)
    if len(sheet.rows) > MOST_ROWS or widest > MOST_COLUMNS:
        last = cell_name(len(sheet.rows) - 1, max(0, widest - 1))
        limits = f"{MOST_ROWS}{NBSP}lignes et {MOST_COLUMNS}{NBSP}colonnes"
        _refuse(f"La feuille est remplie jusqu’à {last} au moins{NBSP}: un bordereau se lit sur {limits} au plus.")


def _read_xlsx(content: bytes) -> Sheet:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            merged = dict(_inspect(archive))
        # Read only: cells one by one, and nothing that a range as large as a sheet could swell.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        page = next(one for one in book.worksheets if one.sheet_state == "visible")
        page.reset_dimensions()  # what the file says of its own size is not believed
        rows = list(_filled(page.iter_rows(values_only=True)))
        book.close()
    except Invalid:
        raise
    except Exception as wrong:  # a damaged file breaks the reader in ways that are nobody's to list
        sentence = f"Ce fichier XLSX ne se lit pas{NBSP}: ouvrez-le, enregistrez-le à nouveau, puis recommencez."
        raise Invalid(sentence, {"file": sentence}) from wrong
    blocks = merged.get(page._worksheet_path, ())
    if len(blocks) > MOST_BLOCKS:
        _refuse(f"Cette feuille a plus de {MOST_BLOCKS} blocs de cellules fusionnées{NBSP}: séparez-les.")
    return Sheet(rows, blocks)


def _filled(found: Iterator[Sequence[Any]]) -> Iterator[list[Value]]:
    """The rows down to the last one with a value, or to the first that is too far, or too wide."""
    empty = 0
    for number, row in enumerate(found):
        if row.count(None) == len(row):
            empty += 1
            continue
        yield from ([] for _ in range(min(empty, MOST_ROWS + 1)))
        empty = 0
        values = _without_end([_value(value) for value in _narrow(row)])
        yield values
        if number > MOST_ROWS or len(values) > MOST_COLUMNS:
            return


def _narrow(row: Sequence[Any]) -> Sequence[Any]:
    """The row without what is too far to be read: of that, the first value alone, which gets the file refused."""
    if len(row) <= MOST_COLUMNS:
        return row
    rest = row[MOST_COLUMNS:]
    return [*row[:MOST_COLUMNS], next((value for value in rest if value not in (None, "")), rest[0])]


def _inspect(archive: zipfile.ZipFile) -> Iterator[tuple[str, Sequence[Block]]]:
    """The merged cells of each part. Refuses what would swell in memory, and any document type (entities)."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNZIPPED:
        _refuse("Ce fichier XLSX est trop gros, une fois ouvert, pour un bordereau de prix.")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            text = archive.read(part)  # never more than the size that was added up above
            if b"<!DOCTYPE" in text.replace(b"\0", b"").upper():
                _refuse(
                    "Ce fichier XLSX contient un type de document (DOCTYPE)\N{NO-BREAK SPACE}: il n’est pas ouvert."
                )
            yield part.filename, _merged(text) if b"mergeCell" in text.replace(b"\0", b"") else ()


def _merged(text: bytes) -> list[Block]:
    blocks = []
    for _, element in iterparse(io.BytesIO(text)):  # noqa: S314 (no part with a document type comes here)
        if element.tag.endswith("}mergeCell"):
            left, top, right, bottom = range_boundaries(element.get("ref", ""))
            blocks.append(Block(top - 1, left - 1, bottom - 1, right - 1))
        element.clear()
    return sorted(blocks, key=lambda block: (block.top, block.left))


def _without_end(values: list[Value]) -> list[Value]:
    while values and values[-1] is None:
        values.pop()
    return values


def _value(value: Any) -> Value:
    if value is None or (isinstance(value, int | float | datetime | date) and not isinstance(value, bool)):
        return value
    return _clean(str(value)) or None


def _clean(written: str) -> str:
    """One line of text, without what nobody can see."""
    return "".join(letter for letter in tidy(written) if letter.isprintable())


def _read_csv(content: bytes) -> Sheet:
    text = _decoded(content)
    if "\x00" in text:
        _refuse("Ce fichier n’est ni un XLSX ni un CSV.")
    # The right separator is the one with which some row names the most columns.
    separator = max(_SEPARATORS, key=lambda one: max((_named(row) for row in _rows(text, one, 30)), default=0))
    rows = _rows(text, separator, MOST_ROWS + 1)
    return Sheet([_without_end([_unquoted(_clean(cell)) or None for cell in row]) for row in rows])


def _unquoted(written: str) -> str:
    """Without the quote that our exports put before a sign, to keep it from beginning a formula."""
    return written[1:] if written[:1] == "'" and written[1:2] in FORMULA_SIGNS else written


def _decoded(content: bytes) -> str:
    """UTF-8, with or without its mark; UTF-16 with its mark; else what Windows writes in Western Europe."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows(text: str, separator: str, most: int) -> Sequence[Sequence[str]]:
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return [_narrow(row) for row in islice(rows, most)]
    except csv.Error:
        return []


def _named(row: Sequence[str]) -> int:
    return len({column_named(cell) for cell in row} - {None})
