"""Every command of the house, read in its sources: a function that opens a transaction, what it writes, whether it
audits. A call is followed to the function it names, through imports of the house."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from tests.house.imports import sources

WRITERS = {"add", "add_all", "delete", "insert", "update", "merge", "on_conflict_do_update", "on_conflict_do_nothing"}
TOLD = {"audit", "advance"}
ROOMS = ("service", "jobs")


@dataclass(frozen=True)
class Command:
    """`writes`: what in it, or in what it calls, changes rows."""

    module: str
    name: str
    writes: frozenset[str]
    audits: bool

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass
class Function:
    """A function of the house, as its text says: what it calls by name, what it writes itself, whether it audits."""

    module: str
    name: str
    opens: bool = False
    audits: bool = False
    writes: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


@cache
def functions() -> dict[str, Function]:
    """`module.name` → each function of the packages' rooms."""
    found = {}
    for path, tree in sources():
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        names = dict(_imports(tree))
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found[f"{module}.{node.name}"] = _read(node, module, names)
    return found


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Name here → `module.name` there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _read(node: ast.FunctionDef | ast.AsyncFunctionDef, module: str, names: dict[str, str]) -> Function:
    one = Function(module, node.name)
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Assign, ast.AugAssign)):
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            flat = [part for target in targets for part in ast.walk(target) if isinstance(part, ast.Attribute)]
            one.writes |= {
                f".{part.attr} =" for part in flat if isinstance(part.ctx, ast.Store) and _is_a_row(part, module)
            }
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            one.calls.add(names.get(inner.id, f"{module}.{inner.id}"))
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            one.calls.add(f"{names.get(inner.value.id, inner.value.id)}.{inner.attr}")
        if isinstance(inner, ast.Call):
            _called(one, inner)
    return one


def _is_a_row(target: ast.Attribute, module: str) -> bool:
    """Services set the columns of rows; rules and gateways the parts of what they make."""
    own = isinstance(target.value, ast.Name) and target.value.id == "self"
    return not own and any(f".{room}" in module for room in ROOMS)


def _called(one: Function, call: ast.Call) -> None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    one.opens = one.opens or name == "transaction"
    one.audits = one.audits or name in (*TOLD, "advance_all")
    if name in WRITERS and not _is_a_set(call):
        one.writes.add(f"{name}()")


def _is_a_set(call: ast.Call) -> bool:
    """`seen.add(x)`, `facts.update(…)`: a Python object, not rows. The session and the transaction are named so."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr in ("delete", "insert", "merge"):
        return False
    owner = ast.unparse(call.func.value)
    return call.func.attr in ("add", "update", "add_all") and owner not in ("tx", "tx.session", "session")


def _reached(start: str) -> set[str]:
    seen, waiting = set[str](), [start]
    while waiting:
        here = waiting.pop()
        if here in seen or here not in functions():
            continue
        seen.add(here)
        waiting += functions()[here].calls
    return seen


@cache
def commands() -> list[Command]:
    """Every public function of a service or of jobs that opens a transaction itself."""
    found = []
    for key, one in functions().items():
        if one.opens and not one.name.startswith("_") and any(f".{room}" in one.module for room in ROOMS):
            reached = [functions()[name] for name in _reached(key)]
            inside = [part for part in reached if not part.module.startswith("kit.")]
            writes = frozenset(word for part in inside for word in part.writes)
            found.append(Command(one.module, one.name, writes, any(part.audits for part in inside)))
    return sorted(found, key=str)
