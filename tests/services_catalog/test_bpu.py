"""Reading a price schedule: what people really write, each trap alone, every fault named by its cell."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest

from kit.db import uuid7
from kit.document.finding import Finding
from services_catalog.rules.bpu import read_bpu
from services_catalog.rules.bpu_line import BpuLine, Terms
from services_catalog.rules.market import Agreement
from services_catalog.rules.sheet import Block, Sheet, cell_name

EXERCISE, AUDIT = uuid7(), uuid7()
TERMS = Terms(
    date(2026, 1, 1),
    date(2027, 12, 31),
    Agreement("2025-CYBER", date(2025, 1, 1), date(2028, 12, 31)),
    {"exercice-de-crise": EXERCISE, "audit": AUDIT},
)
HEADINGS = [
    "Code",
    "Désignation",
    "Prestation",
    "Unité",
    "Tranche",
    "De",
    "À",
    "Tarif",
    "Prix HT",
    "TVA",
    "Début",
    "Fin",
]
# As a spreadsheet gives a date: without a zone.
MIDNIGHT, NOON = datetime.fromisoformat("2026-10-01"), datetime.fromisoformat("2026-10-01T12:00")
GOOD = ["EX-01", "Exercice", "exercice-de-crise", "exercice", "établissements", 1, 5, "adhérent", 1500, 20, None, None]


def a_row(**cells: Any) -> list[Any]:
    """A good row, but for the named columns."""
    names = ["code", "label", "service", "unit", "measure", "low", "high", "tariff", "price", "vat", "start", "end"]
    return [cells.get(name, value) for name, value in zip(names, GOOD, strict=True)]


def read(*rows: Sequence[Any], merged: Sequence[Block] = ()) -> tuple[list[BpuLine], list[Finding]]:
    return read_bpu(Sheet([HEADINGS, *rows], merged), TERMS)


def errors(findings: Sequence[Finding]) -> dict[str, str]:
    plain = {one.path: one.sentence.replace("\N{NO-BREAK SPACE}", " ") for one in findings if one.level == "error"}
    assert len(plain) == len([one for one in findings if one.level == "error"])
    return plain


def test_a_line_as_it_should_be() -> None:
    (line,), findings = read(GOOD)
    assert findings == []
    assert (line.service_id, line.unit, line.measure, line.size_from, line.size_to) == (
        EXERCISE,
        "exercise",
        "establishments",
        1,
        5,
    )
    assert (line.tariff, line.unit_cents, line.vat_permille) == ("adherent", 150_000, 200)
    assert (line.starts_on, line.ends_on) == (TERMS.starts_on, TERMS.ends_on)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12 000 €", 1_200_000),
        ("12\N{NO-BREAK SPACE}000,50\N{NO-BREAK SPACE}€", 1_200_050),
        ("12\N{NARROW NO-BREAK SPACE}000", 1_200_000),
        ("1500,5", 150_050),
        ("1500.5", 150_050),
        ("1 500 € HT", 150_000),
        ("1500 euros", 150_000),
        (1500.1, 150_010),
        (0.1 + 0.2, 30),
        (0, 0),
    ],
)
def test_prices_as_people_write_them(typed: Any, cents: int) -> None:
    lines, findings = read(a_row(price=typed))
    assert errors(findings) == {}
    assert lines[0].unit_cents == cents


@pytest.mark.parametrize(
    "typed", ["12.000", "12,000", "1.500,00", "-5", -5, "1 50", "douze mille", 1.234, "1e3", "١٢", "NaN"]
)
def test_prices_nobody_can_be_sure_of(typed: Any) -> None:
    _, findings = read(a_row(price=typed))
    assert "n’est pas un prix lisible" in errors(findings)["I2"]


@pytest.mark.parametrize(
    ("typed", "permille"), [("20 %", 200), (20, 200), (0.2, 200), ("5,5%", 55), (0.055, 55), ("2,1", 21), (0, 0)]
)
def test_rates(typed: Any, permille: int) -> None:
    assert read(a_row(vat=typed))[0][0].vat_permille == permille


@pytest.mark.parametrize("typed", [None, "vingt", -1, 55, 0.9, "0,05 %"])
def test_no_rate(typed: Any) -> None:
    assert "J2" in errors(read(a_row(vat=typed))[1])


@pytest.mark.parametrize(
    "typed", [date(2026, 10, 1), MIDNIGHT, "01/10/2026", "1er octobre 2026", "2026-10-01", "1.10.2026"]
)
def test_dates(typed: Any) -> None:
    assert read(a_row(start=typed))[0][0].starts_on == date(2026, 10, 1)


@pytest.mark.parametrize("typed", ["octobre", "31/02/2026", "01/10/26", 46296, NOON])
def test_no_date(typed: Any) -> None:
    assert "n’est pas une date" in errors(read(a_row(start=typed))[1])["K2"]


@pytest.mark.parametrize(
    ("cells", "cell", "words"),
    [
        ({"code": None}, "A2", "est vide"),
        ({"label": "x" * 301}, "B2", "dépasse 300"),
        ({"label": "#REF!"}, "B2", "erreur du tableur"),
        ({"service": "exercice-de-crises"}, "C2", "Vouliez-vous dire « exercice-de-crise » ?"),
        ({"unit": "camion"}, "D2", "« camion » n’est pas connu"),
        ({"unit": None}, "D2", "n’est pas connu"),
        ({"measure": "lits"}, "E2", "n’est pas connu"),
        ({"measure": None}, "F2", "Dites dans « Tranche »"),
        ({"low": None}, "F2", "où commence la tranche"),
        ({"low": "1,5"}, "F2", "n’est pas un nombre entier"),
        ({"low": "1.000", "high": None}, "F2", "n’est pas un nombre entier"),
        ({"low": 6}, "G2", "La tranche finirait à 5, avant de commencer à 6."),
        ({"tariff": "réduit"}, "H2", "n’est pas connu"),
        ({"price": None}, "I2", "Le prix est vide."),
        ({"start": "01/01/2027", "end": "31/12/2026"}, "L2", "avant de commencer"),
        ({"start": "01/01/2024"}, "K2", "L’accord-cadre 2025-CYBER ne commence que le 1er janvier 2025"),
        ({"end": "30/06/2029"}, "L2", "L’accord-cadre 2025-CYBER prend fin le 31 décembre 2028, et cette ligne irait"),
        ({"end": "30/06/2028"}, "L2", "Le bordereau ne court que du 1er janvier 2026 au 31 décembre 2027."),
    ],
)
def test_each_fault_is_said_on_its_cell(cells: dict[str, Any], cell: str, words: str) -> None:
    _, findings = read(a_row(**cells))
    assert words in errors(findings)[cell]


def test_everything_is_said_at_once() -> None:
    _, findings = read(a_row(price="?", vat="?", unit="?"), GOOD, a_row(low=6, high=9, end="jamais"))
    assert errors(findings).keys() == {"D2", "I2", "J2", "F3", "L4"}


def test_a_wrong_price_does_not_hide_that_two_lines_apply() -> None:
    assert errors(read(a_row(price="?"), a_row(code="EX-02", low=5, high=9))[1]).keys() == {"I2", "F3"}


def test_empty_lines_are_nothing() -> None:
    lines, findings = read([None] * 12, GOOD, [], ["", None], a_row(low=6, high=None))
    assert (len(lines), findings) == (2, [])
    assert lines[1].size_to is None


def test_titles_above_the_headings() -> None:
    rows = [["BORDEREAU DES PRIX"], [], [heading.upper() for heading in HEADINGS], GOOD]
    lines, findings = read_bpu(Sheet(rows, [Block(0, 0, 0, 11)]), TERMS)
    assert (len(lines), findings) == (1, [])


def test_headings_are_known_without_case_nor_accents() -> None:
    headings = [
        "CODE",
        "designation",
        "Prestation (slug)",
        "unite",
        "tranche",
        "de",
        "a",
        "TARIF",
        "Prix unitaire HT (€)",
    ]
    lines, findings = read_bpu(Sheet([[*headings, "tva %", "Remarque"], [*GOOD[:10], "rien"]]), TERMS)
    assert len(lines) == 1
    assert [(one.level, one.path) for one in findings] == [("warning", "K1")]


def test_headings_that_miss_or_come_twice() -> None:
    _, findings = read_bpu(Sheet([["Code", "Prix HT", "Prix"], ["A", 1, 2]]), TERMS)
    assert "C1" in errors([one for one in findings if one.path == "C1"])
    missing = [one.sentence for one in findings if one.path == "A1"]
    assert len(missing) == 3  # Désignation, Unité, TVA


@pytest.mark.parametrize(
    "heading", ["Prix (TTC)", "Prix unitaire (€ TTC)", "PRIX TTC", "Prix (k€)", "Prix (milliers d’euros)"]
)
def test_another_price_is_never_taken_for_the_price_without_taxes(heading: str) -> None:
    headings = [heading if name == "Prix HT" else name for name in HEADINGS]
    assert "en-têtes" in errors(read_bpu(Sheet([headings, GOOD]), TERMS)[1])["A1"]


def test_a_price_of_nothing_is_shown() -> None:
    """A formula on an empty cell is worth zero."""
    (line,), (finding,) = read(a_row(price=0))
    assert (line.unit_cents, finding.level, finding.path) == (0, "warning", "I2")


def test_a_sheet_of_something_else() -> None:
    assert "en-têtes" in errors(read_bpu(Sheet([["Bonjour"], [1, 2]]), TERMS)[1])["A1"]
    assert "Aucun prix" in errors(read()[1])["A2"]


def test_merged_cells_are_named() -> None:
    _, findings = read(GOOD, a_row(low=6, high=9), merged=[Block(1, 1, 2, 1)])
    assert "Les cellules B2:B3 sont fusionnées : séparez-les" in errors(findings)["B2"]


def test_a_title_merged_over_its_row_is_read_as_a_title() -> None:
    lines, findings = read(["Exercices"], GOOD, merged=[Block(1, 0, 1, 11)])
    assert (len(lines), [(one.level, one.path) for one in findings]) == (1, [("warning", "A2")])


@pytest.mark.parametrize(
    ("other", "cells", "words"),
    [
        ({"code": "EX-02", "low": 5, "high": 9}, ("EX-01 (F2)", "EX-02 (F3)"), "se recouvrent"),
        ({"code": "EX-02", "tariff": "unique"}, ("EX-01 (F2)", "EX-02 (F3)"), "se recouvrent"),
        ({"code": "EX-02", "measure": "postes", "low": 900}, ("EX-01 (A2)", "EX-02 (A3)"), "autrement que l’autre"),
        ({"code": "EX-02", "measure": None, "low": None, "high": None}, ("EX-01 (A2)", "EX-02 (A3)"), "autrement"),
    ],
)
def test_two_lines_that_both_apply(other: dict[str, Any], cells: tuple[str, str], words: str) -> None:
    high = {"high": 950} if other.get("low") == 900 else {}
    _, findings = read(GOOD, a_row(**other, **high))
    (sentence,) = errors(findings).values()
    assert all(cell in sentence for cell in cells)
    assert words in sentence


@pytest.mark.parametrize(
    "other",
    [
        {"low": 6, "high": 9},
        {"tariff": "non adhérent"},
        {"service": "audit"},
        {"service": None},
    ],
)
def test_two_lines_that_never_both_apply(other: dict[str, Any]) -> None:
    lines, findings = read(GOOD, a_row(code="EX-02", **other))
    assert (len(lines), errors(findings)) == (2, {})


def test_one_after_the_other_is_no_overlap() -> None:
    lines, findings = read(a_row(end="30/06/2026"), a_row(start="01/07/2026"))
    assert (len(lines), findings) == (2, [])


def test_a_hole_between_two_brackets_is_a_warning() -> None:
    _, findings = read(GOOD, a_row(code="EX-02", low=8, high=9))
    (hole,) = findings
    assert (hole.level, hole.path) == ("warning", "F3")
    assert "à partir de 6" in hole.sentence


def test_too_many_lines_and_too_many_faults() -> None:
    rows = [a_row(code=f"L{number}", service=None) for number in range(2001)]
    assert "2000" in errors(read(*rows)[1])["A2002"]
    assert len(read(*[a_row(price="?", service=None) for _ in range(500)])[1]) == 200


def test_warnings_never_hide_an_error() -> None:
    rows = [a_row(code=f"L{number}", service=None) for number in range(300)]
    assert errors(read(*rows, a_row(price="?"))[1]).keys() == {"I302"}


@pytest.mark.parametrize(("place", "name"), [((0, 0), "A1"), ((11, 2), "C12"), ((0, 25), "Z1"), ((0, 26), "AA1")])
def test_names_of_cells(place: tuple[int, int], name: str) -> None:
    assert cell_name(*place) == name
