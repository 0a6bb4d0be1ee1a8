"""A price schedule (bordereau des prix unitaires, BPU) read from a sheet: its lines, and the cells that are wrong."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice, pairwise
from uuid import UUID

from kit.document.finding import Finding, error, warning
from kit.french import NBSP
from services_catalog.rules.bpu_line import BpuLine, RowReader, Terms, quoted, read_line
from services_catalog.rules.bpu_words import COLUMNS, column_named
from services_catalog.rules.bracket import bracket_in_words, size_in_words
from services_catalog.rules.sheet import Sheet, cell_name

MOST_LINES = 2000
HEADER_WITHIN = 30  # rows: a title, a lot, a date may come first
MOST_FINDINGS = 200


def read_bpu(sheet: Sheet, terms: Terms) -> tuple[list[BpuLine], list[Finding]]:
    """The lines of a sheet, and what was found in its cells (their names are the paths). An error: use no line."""
    header = _header(sheet)
    if header is None:
        sentence = f"Aucune ligne d’en-têtes{NBSP}: il faut au moins {', '.join(_needed())}."
        return [], [error(cell_name(0, 0), sentence)]
    top, places, findings = header
    findings += [
        error(cell_name(top, 0), f"Il manque la colonne «{NBSP}{COLUMNS[name].heading}{NBSP}».")
        for name, column in COLUMNS.items()
        if column.needed and name not in places
    ]
    if any(finding.level == "error" for finding in findings):
        return [], findings
    findings += _merged(sheet, top)
    lines: list[BpuLine] = []
    for number, values in enumerate(sheet.rows[top + 1 :], start=top + 1):
        if all(value in (None, "") for value in values):
            continue
        if len(lines) == MOST_LINES:
            findings.append(error(cell_name(number, 0), f"Un bordereau compte au plus {MOST_LINES}{NBSP}lignes."))
            break
        if any(block.top <= number <= block.bottom for block in sheet.merged):
            continue
        cells = {name: values[place] if place < len(values) else None for name, place in places.items()}
        row = RowReader(number, places, cells)
        line = read_line(row, terms)
        findings += row.findings
        lines += [line] if line else []
    if not lines and not findings:
        findings.append(error(cell_name(top + 1, 0), "Aucun prix sous les en-têtes."))
    findings += islice(_conflicts(lines, places), MOST_FINDINGS)
    findings += _gaps(lines, places)
    # Errors first: they are never those left out.
    return lines, sorted(findings, key=_place)[:MOST_FINDINGS]


def _place(finding: Finding) -> tuple[str, int, int, str]:
    """Errors, then warnings; each in the order of the sheet."""
    column = finding.path.rstrip("0123456789")
    return finding.level, int(finding.path[len(column) :]), len(column), column


def _needed() -> list[str]:
    return [column.heading for column in COLUMNS.values() if column.needed]


def _header(sheet: Sheet) -> tuple[int, dict[str, int], list[Finding]] | None:
    """The first row that names a code and a price: its place, its columns' places, what is wrong with them."""
    for number, values in enumerate(sheet.rows[:HEADER_WITHIN]):
        named = [(column_named(value), place) for place, value in enumerate(values)]
        if not {"code", "price"} <= {name for name, _ in named}:
            continue
        places: dict[str, int] = {}
        findings: list[Finding] = []
        for name, place in named:
            if name is None:
                if values[place] not in (None, ""):
                    said = f"La colonne {quoted(str(values[place]))} n’est pas lue."
                    findings.append(warning(cell_name(number, place), said))
            elif name in places:
                said = f"{cell_name(number, places[name])} est déjà la colonne «{NBSP}{COLUMNS[name].heading}{NBSP}»."
                findings.append(error(cell_name(number, place), said))
            else:
                places[name] = place
        return number, places, findings
    return None


def _merged(sheet: Sheet, top: int) -> Iterator[Finding]:
    """Merged cells hide which line a value is for: refused, but for a title that stands alone on its row."""
    for block in sheet.merged:
        if block.bottom < top:
            continue
        values = sheet.rows[block.top] if block.top < len(sheet.rows) else ()
        alone = sum(value not in (None, "") for value in values) <= 1
        where = cell_name(block.top, block.left)
        if block.top == block.bottom > top and alone:
            yield warning(where, f"Les cellules {block} sont lues comme un titre, sans prix.")
        else:
            advice = "séparez-les, et répétez leur valeur sur chaque ligne"
            yield error(where, f"Les cellules {block} sont fusionnées{NBSP}: {advice}.")


def _conflicts(lines: Sequence[BpuLine], places: Mapping[str, int]) -> Iterator[Finding]:
    """Lines that could both apply to somebody."""
    sold: dict[UUID, list[BpuLine]] = defaultdict(list)
    for line in lines:
        if line.service_id is not None:
            sold[line.service_id].append(line)
    for same in sold.values():
        for first, second in combinations(same, 2):
            if overlap(first, second):
                yield _both_apply(first, second, places)


def overlap(first: BpuLine, second: BpuLine) -> bool:
    """Whether some facility on some day could be sold both lines. Lines that count different things always could."""
    if "all" not in (first.tariff, second.tariff) and first.tariff != second.tariff:
        return False
    if first.ends_on < second.starts_on or second.ends_on < first.starts_on:
        return False
    if first.measure != second.measure or first.size_from is None or second.size_from is None:
        return True
    ends = [line.size_to for line in (first, second)]
    return (ends[0] is None or second.size_from <= ends[0]) and (ends[1] is None or first.size_from <= ends[1])


def _both_apply(first: BpuLine, second: BpuLine, places: Mapping[str, int]) -> Finding:
    column = "size_from" if first.measure == second.measure != "none" else "code"
    here, there = (cell_name(line.row, places.get(column, 0)) for line in (second, first))
    if first.measure != second.measure:
        why = "l’une dépend de la taille autrement que l’autre, et un même organisme pourrait relever des deux"
    elif first.measure == "none":
        why = "même prestation, même tarif, mêmes dates"
    else:
        brackets = [bracket_in_words(line.measure, line.size_from, line.size_to) for line in (first, second)]
        why = f"les tranches {brackets[0]} et {brackets[1]} se recouvrent"
    return error(
        here, f"Les lignes {first.code} ({there}) et {second.code} ({here}) s’appliqueraient ensemble{NBSP}: {why}."
    )


def _gaps(lines: Sequence[BpuLine], places: Mapping[str, int]) -> Iterator[Finding]:
    """Sizes between two brackets, that no line holds."""
    groups: dict[object, list[BpuLine]] = defaultdict(list)
    for line in lines:
        if line.service_id is not None and line.size_from is not None:
            groups[line.service_id, line.measure, line.tariff, line.starts_on, line.ends_on].append(line)
    for same in groups.values():
        for first, second in pairwise(sorted(same, key=lambda line: line.size_from or 0)):
            if first.size_to is not None and second.size_from is not None and second.size_from > first.size_to + 1:
                between = size_in_words(first.measure, first.size_to + 1)
                said = f"Aucun prix entre la ligne {first.code} et la ligne {second.code}, à partir de {between}."
                yield warning(cell_name(second.row, places.get("size_from", 0)), said)
