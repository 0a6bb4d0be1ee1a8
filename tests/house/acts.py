"""Every act that the house audits, read in its sources: `tx.audit("thing.move")`, and the moves of its machines."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from app.rooms import PACKAGES
from kit.machine import Machine

PROJECT = Path(__file__).resolve().parents[2]
# Where the action is not a word of the source: the file, and what it may be.
COMPUTED = {
    "kit/transaction.py": "the moves of machines, below",
    "kit/bulk.py": "the moves of machines, below",
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the packages and of the roof, by its path."""
    for package in (*PACKAGES, "app", "kit"):
        for path in sorted((PROJECT / package).rglob("*.py")):
            yield str(path.relative_to(PROJECT)), ast.parse(path.read_text())


def audits(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls of `.audit(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "audit":
            yield node


@cache
def moves() -> dict[str, str]:
    """`machine.move` → the module of the machine."""
    found = {}
    for package in PACKAGES:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            if ".rules" in module.name:
                for value in vars(import_module(module.name)).values():
                    if isinstance(value, Machine):
                        found |= {f"{value.name}.{move}": module.name for move in value.moves}
    return found
