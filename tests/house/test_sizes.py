"""Small files, small functions, no drawer called utils: the limits of docs/adr and the README, checked."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.imports import PROJECT, tree_of

FLOORS = (
    "app",
    "privacy",
    "billing",
    "bookings",
    "campaigns",
    "services_catalog",
    "eligibility",
    "finess",
    "notifications",
    "tenants",
    "kit",
)
OURS = (*FLOORS, "migrations", "bench", "tests", "scripts")
WRITTEN = {".py", ".html", ".scss", ".js", ".typ", ".txt", ""}
LONGEST_FILE = 400
LONGEST_GROUND_FILE = 150  # kit: machinery is read by everybody
LONGEST_FUNCTION = 40
DRAWERS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}


@cache
def written_files() -> list[Path]:
    found = [path for name in OURS for path in (PROJECT / name).rglob("*") if path.suffix in WRITTEN and path.is_file()]
    made = {"build", "node_modules", "data", "out"}
    return [path for path in found if not made & set(path.relative_to(PROJECT).parts[:-1])]


def python_files() -> list[Path]:
    return [path for path in written_files() if path.suffix == ".py"]


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            # Decorators are counted as the reader counts them: not at all.
            length = node.end_lineno - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{path.relative_to(PROJECT)}:{node.lineno} {node.name} has {length} lines"


def test_there_is_something_to_measure() -> None:
    assert {path.relative_to(PROJECT).parts[0] for path in python_files()} >= set(FLOORS)


def test_no_file_is_longer_than_the_limit() -> None:
    lengths = {path.relative_to(PROJECT): len(path.read_text().splitlines()) for path in written_files()}
    limit = {path: LONGEST_GROUND_FILE if path.parts[0] == "kit" else LONGEST_FILE for path in lengths}
    assert [f"{path} has {length} lines" for path, length in lengths.items() if length > limit[path]] == []


@pytest.mark.parametrize("floor", [*FLOORS, "migrations", "bench", "tests"])
def test_no_function_is_longer_than_the_limit(floor: str) -> None:
    files = [path for path in python_files() if path.relative_to(PROJECT).parts[0] == floor]
    assert [line for path in files for line in long_functions(path)] == []


def test_no_module_is_a_drawer() -> None:
    assert [path for path in python_files() if path.stem in DRAWERS or path.parent.name in DRAWERS] == []


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    silent = [path for path in python_files() if path.read_text().strip() and not ast.get_docstring(tree_of(path))]
    assert [str(path.relative_to(PROJECT)) for path in silent] == []
