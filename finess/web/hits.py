"""Structures found in the register, as lists of choices show them."""

from collections.abc import Sequence
from typing import Any

from finess.queries.search import Hit
from finess.rules.geography import department_name
from finess.rules.names import readable
from finess.rules.nomenclature import category_name
from kit.french import day


def hit_lines(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """The structures found, each with the legal entity's number that its line leads to."""
    return [
        {
            "finess_ej": hit.finess_ej,
            "name": readable(hit.name or "") or f"FINESS {hit.number}",
            "what": _what(hit),
            "shut": None if hit.is_open else f"fermé{f' depuis le {day(hit.closed_on)}' if hit.closed_on else ''}",
        }
        for hit in hits
    ]


def _what(hit: Hit) -> str:
    place = ", ".join(filter(None, (hit.town, department_name(hit.department) if hit.department else None)))
    if hit.kind == "ej":
        return f"Organisme gestionnaire {hit.number}, {place}" if place else f"Organisme gestionnaire {hit.number}"
    return f"Établissement {hit.number}, {category_name(hit.category_code)}, {place}"
