"""A document written back as YAML that people like to read: the schema's order, texts folded, codes with their name.

Reading it back gives the same data, and writing that again the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from campaigns.rules.document import SCHEMA
from finess.rules import geography, nomenclature
from kit.document.scalars import key as key_text
from kit.document.scalars import written
from kit.document.shape import schema

# The words of a rule that list codes, and what each code is called.
_NAMES: Mapping[str, Callable[[str], str | None]] = {
    "category": lambda code: _label(nomenclature.categories().get(code)),
    "category_group": lambda code: nomenclature.category_groups().get(code),
    "department": lambda code: _name(geography.departments().get(code)),
    "region": lambda code: _name(geography.regions().get(code)),
    "seat_department": lambda code: _name(geography.departments().get(code)),
    "seat_region": lambda code: _name(geography.regions().get(code)),
    "legal_status": lambda code: _label(nomenclature.legal_statuses().get(code)),
}
_FIRST = ("key", "version", "label", "name", "at_least", "at_most", "exactly", "every", "such_that")


def write(data: Mapping[str, Any]) -> str:
    """The YAML of a document."""
    lines: list[str] = []
    airy = False
    for key, value in _ordered(data):
        before, airy = airy, isinstance(value, dict | list)
        if lines and (before or airy):
            lines.append("")
        lines += _member(key, value, 0)
    return "\n".join(lines) + "\n"


def _member(key: str, value: Any, indent: int) -> Iterator[str]:
    margin = " " * indent
    name = key_text(key)
    if isinstance(value, dict) and value:
        yield f"{margin}{name}:"
        for inner, content in _ordered(value):
            yield from _member(inner, content, indent + 2)
    elif isinstance(value, list) and value:
        yield f"{margin}{name}:"
        for item in value:
            yield from _item(key, item, indent + 2)
    else:
        yield f"{margin}{name}: {_leaf(value, indent + 2)}"


def _item(key: str, item: Any, indent: int) -> Iterator[str]:
    margin = " " * indent
    if isinstance(item, dict) and item:
        lines = [line for inner, content in _ordered(item) for line in _member(inner, content, indent + 2)]
        yield f"{margin}- {lines[0].lstrip(' ')}"
        yield from lines[1:]
    elif isinstance(item, list) and item:
        yield f"{margin}-"
        for inner in item:
            yield from _item("", inner, indent + 2)
    else:
        name = _NAMES.get(key)
        comment = name(item) if name and isinstance(item, str) else None
        yield f"{margin}- {_leaf(item, indent + 2)}" + (f"  # {comment}" if comment else "")


def _leaf(value: Any, indent: int) -> str:
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    return written(value, indent)


def _ordered(members: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Keys in the schema's order, then by name."""
    return sorted(members.items(), key=lambda member: (_ranks().get(member[0], len(_ranks())), member[0]))


@cache
def _ranks() -> Mapping[str, int]:
    """The rank of every key of the format. A key has the same place wherever it stands."""
    order: list[str] = list(_FIRST)
    parts: list[Any] = [schema(SCHEMA)]
    while parts:
        part = parts.pop(0)
        properties = part.get("properties", {})
        order += [key for key in properties if key not in order]
        parts += [
            inner for inner in (*properties.values(), part.get("items"), *part.get("$defs", {}).values()) if inner
        ]
    return {key: rank for rank, key in enumerate(order)}


def _label(known: nomenclature.Category | nomenclature.LegalStatus | None) -> str | None:
    return " ".join(known.label.split()) or None if known else None


def _name(known: geography.Department | geography.Region | None) -> str | None:
    return known.name if known else None
