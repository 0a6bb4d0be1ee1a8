"""docs/security.md answers every requirement of OWASP ASVS 5.0.0, levels 1 and 2, once; every test it names exists."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs/security.md"
# How the standard numbers them: section → those of level 1, those of level 2. The others are of level 3.
SECTIONS: dict[str, tuple[str, str]] = {
    "1.1": ("", "1 2"),
    "1.2": ("1 2 3 4 5", "6 7 8 9"),
    "1.3": ("1 2", "3 4 5 6 7 8 9 10 11"),
    "1.4": ("", "1 2 3"),
    "1.5": ("1", "2"),
    "2.1": ("1", "2 3"),
    "2.2": ("1 2", "3"),
    "2.3": ("1", "2 3 4"),
    "2.4": ("", "1"),
    "3.2": ("1 2", ""),
    "3.3": ("1", "2 3 4"),
    "3.4": ("1 2", "3 4 5 6"),
    "3.5": ("1 2 3", "4 5"),
    "3.7": ("", "1 2"),
    "4.1": ("1", "2 3"),
    "4.2": ("", "1"),
    "4.3": ("", "1 2"),
    "4.4": ("1", "2 3 4"),
    "5.1": ("", "1"),
    "5.2": ("1 2", "3"),
    "5.3": ("1 2", ""),
    "5.4": ("", "1 2 3"),
    "6.1": ("1", "2 3"),
    "6.2": ("1 2 3 4 5 6 7 8", "9 10 11 12"),
    "6.3": ("1 2", "3 4"),
    "6.4": ("1 2", "3 4"),
    "6.5": ("", "1 2 3 4 5"),
    "6.6": ("", "1 2 3"),
    "6.8": ("", "1 2 3 4"),
    "7.1": ("", "1 2 3"),
    "7.2": ("1 2 3 4", ""),
    "7.3": ("", "1 2"),
    "7.4": ("1 2", "3 4 5"),
    "7.5": ("", "1 2"),
    "7.6": ("", "1 2"),
    "8.1": ("1", "2"),
    "8.2": ("1 2", "3"),
    "8.3": ("1", ""),
    "8.4": ("", "1"),
    "9.1": ("1 2 3", ""),
    "9.2": ("1", "2 3 4"),
    "10.1": ("", "1 2"),
    "10.2": ("", "1 2"),
    "10.3": ("", "1 2 3 4"),
    "10.4": ("1 2 3 4 5", "6 7 8 9 10 11"),
    "10.5": ("", "1 2 3 4 5"),
    "10.6": ("", "1 2"),
    "10.7": ("", "1 2 3"),
    "11.1": ("", "1 2"),
    "11.2": ("", "1 2 3"),
    "11.3": ("1 2", "3"),
    "11.4": ("1", "2 3 4"),
    "11.5": ("", "1"),
    "11.6": ("", "1"),
    "12.1": ("1", "2 3"),
    "12.2": ("1 2", ""),
    "12.3": ("", "1 2 3 4"),
    "13.1": ("", "1"),
    "13.2": ("", "1 2 3 4 5"),
    "13.3": ("", "1 2"),
    "13.4": ("1", "2 3 4 5"),
    "14.1": ("", "1 2"),
    "14.2": ("1", "2 3 4"),
    "14.3": ("1", "2 3"),
    "15.1": ("1", "2 3"),
    "15.2": ("1", "2 3"),
    "15.3": ("1", "2 3 4 5 6 7"),
    "16.1": ("", "1"),
    "16.2": ("", "1 2 3 4 5"),
    "16.3": ("", "1 2 3 4"),
    "16.4": ("", "1 2 3"),
    "16.5": ("", "1 2 3"),
    "17.1": ("", "1"),
    "17.2": ("", "1 2 3 4"),
    "17.3": ("", "1 2"),
}
CHAPTERS = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]
ANSWERS = ("yes", "n/a", "operator", "no")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (\S+) \| (.+?) \| (.+?) \|$")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
LINK = re.compile(r"\]\(([^)]+)\)")
FILE = re.compile(
    r"`((?:app|privacy|billing|bookings|campaigns|services_catalog|finess|notifications|tenants|kit)/[^`]*)`"
)


def rows() -> list[tuple[str, ...]]:
    """id, level, words, answer, how, tests."""
    return [found.groups() for line in PAGE.read_text().splitlines() if (found := ROW.match(line))]


@cache
def functions_of(path: str) -> frozenset[str]:
    """The functions of a file of tests."""
    tree = ast.parse((PROJECT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_standard_is_counted_as_it_is_written() -> None:
    """70 requirements of level 1 and 183 of level 2, by chapter."""
    by_chapter: Counter[int] = Counter()
    for section, levels in SECTIONS.items():
        by_chapter[int(section.split(".")[0])] += len(" ".join(levels).split())
    assert [by_chapter[chapter] for chapter in range(1, 18)] == CHAPTERS
    assert [sum(len(levels[one].split()) for levels in SECTIONS.values()) for one in (0, 1)] == [70, 183]


def test_every_requirement_is_answered_once() -> None:
    wanted = [
        (f"{section}.{number}", str(level))
        for section, levels in SECTIONS.items()
        for level, numbers in enumerate(levels, start=1)
        for number in numbers.split()
    ]
    assert Counter((row[0], row[1]) for row in rows()) == Counter(wanted)
    lines = [line for line in PAGE.read_text().splitlines() if re.match(r"\| ?\d+\.\d+", line)]
    assert len(lines) == len(rows())  # no line that looks like one is left unread


def test_every_answer_is_shown_or_has_its_reason() -> None:
    for number, _, words, answer, how, shown in rows():
        assert answer in ANSWERS, number
        assert len(words) < 90, number
        if answer == "yes":
            assert NAMED.search(shown), number
            assert NAMED.sub("", shown).strip(" ,") == "", number
        else:
            assert shown == "–", number
            assert len(how) > 8, number
        assert answer != "operator" or re.search(r"\(#what-whoever-installs-must-do\)|above|reverse proxy", how), number


def test_every_test_exists() -> None:
    named = {found for row in rows() for found in NAMED.findall(row[5])}
    files = {path for path, _ in named if (PROJECT / path).is_file()}
    missing = [(path, name) for path, name in named if path not in files or name not in functions_of(path)]
    assert missing == []
    assert len(named) > 150


def test_what_the_page_leads_to_is_there() -> None:
    page = PAGE.read_text()
    named = re.findall(r"^##+ (.+)$", page, re.MULTILINE)
    titles = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in named}
    for link in set(LINK.findall(page)):
        where, _, title = link.partition("#")
        assert (PAGE.parent / where).exists() if where else title in titles, link
    for name in set(FILE.findall(page)):
        path = name.partition("::")[0]
        assert (PROJECT / path).exists(), name


def test_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counter(row[3] for row in rows())
    with capsys.disabled():
        print("\nASVS 5.0.0, levels 1 and 2:", ", ".join(f"{answer} {counts[answer]}" for answer in ANSWERS))  # noqa: T201
    assert sum(counts.values()) == 253
