"""Data that a document may hold: JSON that a database keeps, a YAML file shows, and a digest finds again unchanged."""

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from kit.document.finding import Finding, error, join

DEEPEST = 40
MOST_DIGITS = 15


def check(data: Any) -> list[Finding]:
    """The parts that cannot be kept: depth, numbers without end, characters that PostgreSQL or UTF-8 refuse."""
    return list(_faults(data, "", 0))


def tidied(data: Any) -> Any:
    """The same data with one way to write a number: 2.0 is 2."""
    if isinstance(data, dict):
        return {key: tidied(value) for key, value in data.items()}
    if isinstance(data, list):
        return [tidied(value) for value in data]
    return int(data) if isinstance(data, float) and data.is_integer() else data


def digest(data: Any) -> str:
    """SHA-256 (hexadecimal) of the data, whatever the order of its keys. Expects tidied data."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _faults(data: Any, path: str, depth: int) -> Iterator[Finding]:
    if depth > DEEPEST:
        yield error(path, "Ce document est imbriqué trop profondément.")
    elif isinstance(data, dict):
        for key, value in data.items():
            if _unkeepable(key):
                yield error(path, "Une clé contient un caractère qui ne peut pas être enregistré.")
            else:
                yield from _faults(value, join(path, key), depth + 1)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _faults(value, join(path, index), depth + 1)
    elif isinstance(data, str):
        if _unkeepable(data):
            yield error(path, "Ce texte contient un caractère qui ne peut pas être enregistré.")
    elif isinstance(data, int | float) and not isinstance(data, bool) and not _is_writable(data):
        yield error(path, "Ce nombre ne peut pas être enregistré.")


def _is_writable(number: int | float) -> bool:
    """Finite, and written in full with few digits."""
    return abs(number) < 10**MOST_DIGITS and len(format(Decimal(repr(number)), "f")) <= 2 * MOST_DIGITS


def _unkeepable(text: str) -> bool:
    """NUL, and halves of surrogate pairs."""
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
