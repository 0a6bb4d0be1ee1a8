"""Our sources, read: what they import and what they call."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FLOORS = (
    *("app", "privacy", "billing", "bookings", "campaigns", "services_catalog", "eligibility", "finess"),
    *("notifications", "tenants", "kit", "migrations"),
)


@cache
def tree_of(path: Path) -> ast.Module:
    """A source, parsed once for every test of this process."""
    return ast.parse(path.read_text())


@cache
def sources() -> Sequence[tuple[str, ast.Module]]:
    """Every module of ours, by its path from the project."""
    found = (path for floor in FLOORS for path in sorted((PROJECT / floor).rglob("*.py")))
    return [(str(path.relative_to(PROJECT)), tree_of(path)) for path in found]


def imported(tree: ast.AST) -> set[str]:
    """Modules that a module imports, whole names: `from kit import outgoing` is kit.outgoing."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call, by the words it is written with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node
