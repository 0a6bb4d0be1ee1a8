"""French as it is printed: a no-break space before ; : ! ? and inside « », in every sentence people read."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

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
# An ordinary space before a high sign or inside guillemets, in something that looks like French prose.
WRONG = re.compile(r"[\w)»’] [;:!?](?=[\s\"'<]|$)|« | »")
TAG = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>|<!--.*?-->", re.DOTALL)


Texts = Callable[[Path], Iterator[tuple[int, str]]]


def python_texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every string of a module that is not a docstring."""
    tree = tree_of(path)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def template_texts(path: Path) -> Iterator[tuple[int, str]]:
    """A template's lines without tags, comments and expressions."""
    text = TAG.sub(lambda match: re.sub(r"[^\n]", "", match.group()), path.read_text())
    yield from enumerate(text.splitlines(), 1)


def yaml_texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every scalar of a document."""
    for event in yaml.parse(path.read_text()):
        if isinstance(event, yaml.ScalarEvent):
            yield event.start_mark.line + 1, event.value


SOURCES = [
    *((path, python_texts) for floor in FLOORS for path in sorted((PROJECT / floor).rglob("*.py"))),
    *((path, template_texts) for path in sorted((PROJECT / "app/templates").rglob("*.*"))),
    *((path, yaml_texts) for path in sorted((PROJECT / "docs/examples").rglob("*.yaml"))),
]


@pytest.mark.parametrize(("path", "texts"), SOURCES, ids=[str(path.relative_to(PROJECT)) for path, _ in SOURCES])
def test_signs_are_held_by_a_no_break_space(path: Path, texts: Texts) -> None:
    wrong = [
        f"{path.relative_to(PROJECT)}:{line} {text.strip()[:80]}" for line, text in texts(path) if WRONG.search(text)
    ]
    assert wrong == []
