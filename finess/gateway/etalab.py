"""The legacy etalab extracts (CSV, 2013 to May 2026): cs1100501 (EJ), cs1100502 and cs1100507 (ET).

`;`, no header, a comment line first, and the section's name in the first column. A row means "open": these files know
no closing date. Columns: the official notices, checked on rows.
"""

import codecs
import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime

from finess.gateway.cells import day, text
from finess.gateway.errors import BrokenRegister, CutShort
from finess.gateway.source import Source
from finess.rules.places import commune_from_legacy
from finess.rules.records import EstablishmentRecord, LegalEntityRecord, Record, Remark
from kit.french import NBSP

FIRST_LINE = b"finess;etalab;"
ESTABLISHMENTS, LEGAL_ENTITIES = "structureet", "structureej"
_WIDTHS = {ESTABLISHMENTS: 32, LEGAL_ENTITIES: 23}
_BESIDE_THE_POINT = {"geolocalisation", "equipementsocial"}  # sections of 507 and 505 that say nothing we keep
_BLOCK = 1 << 16


def generated_at(source: Source) -> datetime:
    """The date on the comment line, at midnight UTC. Raises BrokenRegister when there is none."""
    try:
        cells = source.read(200).split(b"\n", 1)[0].decode("ascii", "replace").strip().split(";")
        return datetime.combine(date.fromisoformat(cells[3]), datetime.min.time(), UTC)
    except (IndexError, ValueError, CutShort):
        raise BrokenRegister(
            f"{source.path.name} n’est pas un extrait etalab{NBSP}: ligne 1 sans date (finess;etalab;n;AAAA-MM-JJ)."
        ) from None


def read(source: Source) -> Iterator[Record | Remark]:
    """Every EJ or ET of the file. Raises BrokenRegister, with the line, where it stops being an extract."""
    encoding = _encoding(source)
    lines = csv.reader(_lines(source, encoding), delimiter=";", strict=True)
    try:
        next(lines)
        for cells in lines:
            position = f"{source.path.name}, ligne {lines.line_num}"
            section = cells[0] if cells else ""
            if len(cells) == _WIDTHS.get(section):
                yield from _establishment(cells, position) if section == ESTABLISHMENTS else _entity(cells, position)
            elif section not in _BESIDE_THE_POINT:
                yield Remark(position, None, "rejected", _misfit(section, len(cells)))
    except csv.Error:
        raise BrokenRegister(
            f"{source.path.name} n’est pas lisible à la ligne {lines.line_num}{NBSP}: guillemets mal fermés."
        ) from None
    except CutShort:
        raise BrokenRegister(f"{source.path.name} est tronqué ou abîmé après la ligne {lines.line_num}.") from None


def _misfit(section: str, width: int) -> str:
    if section in _WIDTHS:
        return f"{width} colonnes au lieu de {_WIDTHS[section]}"
    return f"section inconnue «{NBSP}{section[:40]}{NBSP}»"


def _encoding(source: Source) -> str:
    """UTF-8 when all of the file is (2026), else Windows-1252 (2013-2021)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := source.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
        return "utf-8"
    except UnicodeDecodeError:
        return "cp1252"
    except CutShort:
        return "utf-8"  # the reading that follows stops at the same place, and says which line it is
    finally:
        source.rewind()


def _lines(source: Source, encoding: str) -> Iterator[str]:
    """The lines of the file. Raises BrokenRegister when the last one has no end: the file was cut."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    number, rest = 1, ""
    while block := source.read(_BLOCK):
        *lines, rest = (rest + decoder.decode(block)).split("\n")
        yield from (f"{line}\n" for line in lines)
        number += len(lines)
    if rest:
        raise BrokenRegister(f"{source.path.name} est tronqué{NBSP}: la ligne {number} n’a pas de fin.")


def _establishment(cells: list[str], position: str) -> Iterator[Record | Remark]:
    postal_code, town = _delivery(cells[15])
    wrong: list[str] = []
    yield EstablishmentRecord(
        position=position,
        finess_et=text(cells[1]),
        finess_ej=text(cells[2]),
        name=text(cells[4]) or text(cells[3]),
        category_code=text(cells[18]),
        siret=text(cells[22]),
        commune_code=_commune(cells[13], cells[12]),
        postal_code=postal_code,
        town=town,
        address=_street(cells[7:11]),
        opened_on=_day(cells[28], wrong),
        authorised_on=_day(cells[29], wrong),
        closed_on=None,
        is_open=True,
    )
    yield from _unreadable(position, text(cells[1]), wrong)


def _entity(cells: list[str], position: str) -> Iterator[Record | Remark]:
    postal_code, town = _delivery(cells[12])
    wrong: list[str] = []
    yield LegalEntityRecord(
        position=position,
        finess_ej=text(cells[1]),
        name=text(cells[3]) or text(cells[2]),
        siren=text(cells[20]),
        legal_status_code=text(cells[16]),
        commune_code=_commune(cells[13], cells[11]),
        postal_code=postal_code,
        town=town,
        opened_on=_day(cells[22], wrong),
        closed_on=None,
        is_open=True,
    )
    yield from _unreadable(position, text(cells[1]), wrong)


def _commune(department: str, last_three: str) -> str | None:
    return commune_from_legacy(department.strip(), last_three.strip()) if last_three.strip() else None


def _delivery(line: str) -> tuple[str | None, str | None]:
    """Postal code and town of « 01440 VIRIAT »."""
    code, _, town = line.strip().partition(" ")
    return (code, text(town)) if len(code) == 5 and code.isdecimal() else (None, text(line))


def _street(cells: list[str]) -> str | None:
    number, kind, name, complement = (cell.strip() for cell in cells)
    return text(" ".join(filter(None, (number, complement, kind, name))))


def _day(cell: str, wrong: list[str]) -> date | None:
    try:
        return day(cell)
    except ValueError:
        wrong.append(cell)
        return None


def _unreadable(position: str, number: str | None, wrong: list[str]) -> Iterator[Remark]:
    if wrong:
        yield Remark(position, number, "warning", f"date illisible, laissée vide{NBSP}: {', '.join(wrong)}")
