"""Size brackets: what is known of a facility's size, and how a bracket is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kit.french import NBSP, grouped
from services_catalog.rules.states import MEASURES

BIGGEST_SIZE = 10**12


@dataclass(frozen=True, slots=True)
class Facility:
    """Whom a price is for. A size is None while nobody knows it.

    `departments` are those of its open establishments, `establishments` their number; `budget_cents` is a year's.
    """

    finess_ej: str
    name: str
    departments: frozenset[str] = frozenset()
    establishments: int | None = None
    places: int | None = None
    workstations: int | None = None
    budget_cents: int | None = None

    def declaring(self, measure: str, size: int) -> "Facility":
        """The same one, of which `measure` is now known (a budget in euros)."""
        known: dict[str, Any] = {"budget_cents": size * 100} if measure == "budget" else {measure: size}
        return replace(self, **known)


def _budget(facility: Facility) -> int | None:
    """In whole euros, rounded down: brackets are written in euros."""
    return None if facility.budget_cents is None else facility.budget_cents // 100


SIZES: Mapping[str, Callable[[Facility], int | None]] = {
    "none": lambda facility: 0,
    "establishments": lambda facility: facility.establishments,
    "places": lambda facility: facility.places,
    "workstations": lambda facility: facility.workstations,
    "budget": _budget,
}
assert tuple(SIZES) == MEASURES  # noqa: S101 (the two lists are one)

# What somebody is asked to declare, and how a size is counted: singular, plural.
ASKED = {
    "establishments": "le nombre d’établissements ouverts",
    "places": "le nombre de places",
    "workstations": "le nombre de postes de travail",
    "budget": "le budget annuel, en euros",
}
_COUNTED = {
    "establishments": ("établissement", "établissements"),
    "places": ("place", "places"),
    "workstations": ("poste", "postes"),
    "budget": ("€ de budget", "€ de budget"),
}


def size_in_words(measure: str, size: int) -> str:
    """« 12 établissements », « 1 poste », « 2 500 000 € de budget »."""
    return f"{grouped(size)}{NBSP}{_COUNTED[measure][size > 1]}"


def bracket_in_words(measure: str, size_from: int | None, size_to: int | None) -> str:
    """« 2 à 5 établissements », « 6 établissements et plus », « 1 poste »; nothing when there is no bracket."""
    if measure == "none" or size_from is None:
        return ""
    if size_to is None:
        return f"{size_in_words(measure, size_from)} et plus"
    if size_from == size_to:
        return size_in_words(measure, size_from)
    return f"{grouped(size_from)} à {size_in_words(measure, size_to)}"
