"""Our sources, read: what they import and what they call."""

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FLOORS = (
    *("app", "privacy", "billing", "bookings", "campaigns", "services_catalog", "eligibility", "finess"),
    *("notifications", "tenants", "kit", "migrations"),
)


def sources() -> Iterator[tuple[str, ast.AST]]:
    """Every module of ours, by its path from the project."""
    for floor in FLOORS:
        for path in sorted((PROJECT / floor).rglob("*.py")):
            yield str(path.relative_to(PROJECT)), ast.parse(path.read_text())


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
