"""Categories of establishments and legal statuses: what the codes mean, which are withdrawn, what resembles them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from finess.rules.package_data import rows

STATUS_GROUPS = MappingProxyType(
    {
        "public": "public",
        "prive_non_lucratif": "privé non lucratif",
        "prive_commercial": "privé commercial",
        "etranger": "de droit étranger",
    }
)


@dataclass(frozen=True, slots=True)
class Category:
    """A category of establishment (TRE_R66). `state` is "active", "withdrawn" or "" (not read).

    `groups` are its aggregates, widest first. `successors` are likely, never official; `near_codes` are editorial.
    """

    code: str
    label: str
    sigle: str
    state: str
    withdrawn_on: date | None
    successors: tuple[str, ...]
    near_codes: tuple[str, ...]
    renamed_on: date | None
    former_sigle: str
    groups: tuple[str, ...]

    @property
    def name(self) -> str:
        """The shortest name people know: "EHPAD", else the label, else the bare code."""
        return self.sigle or self.label or f"catégorie {self.code}"


@dataclass(frozen=True, slots=True)
class LegalStatus:
    """A legal status (TRE_R400); `group` is a key of STATUS_GROUPS."""

    code: str
    label: str
    group: str


@cache
def categories() -> Mapping[str, Category]:
    """Every category of the nomenclature, by code."""
    return MappingProxyType({row["code"]: _category(row) for row in rows("categories")})


@cache
def legal_statuses() -> Mapping[str, LegalStatus]:
    """Every legal status, by code."""
    return MappingProxyType(
        {row["code"]: LegalStatus(row["code"], row["label"], row["group"]) for row in rows("legal_statuses")}
    )


@cache
def category_groups() -> Mapping[str, str]:
    """Labels of the aggregates, by code; "" for one whose label was not read."""
    labels = {row["code"]: row["label"] for row in rows("category_groups")}
    codes = sorted({group for category in categories().values() for group in category.groups})
    return MappingProxyType({code: labels.get(code, "") for code in codes})


def codes_in_group(group: str) -> frozenset[str]:
    """The categories of an aggregate, of any of the three levels."""
    return frozenset(code for code, category in categories().items() if group in category.groups)


def category_name(code: str | None) -> str:
    """A category in a sentence: "EHPAD (500)", "catégorie 999", "catégorie non renseignée"."""
    if code is None:
        return "catégorie non renseignée"
    category = categories().get(code)
    return f"{category.name} ({code})" if category and category.name != f"catégorie {code}" else f"catégorie {code}"


def status_group(code: str | None) -> str | None:
    """The group of a legal status (a key of STATUS_GROUPS), None when the code is absent or unknown."""
    status = legal_statuses().get(code or "")
    return status.group if status else None


def codes_of_status_group(group: str) -> frozenset[str]:
    """The legal statuses of a group."""
    return frozenset(code for code, status in legal_statuses().items() if status.group == group)


def near_misses(codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each listed code, the likely successors and neighbours that the list leaves out (a hint for its author)."""
    listed = frozenset(codes)
    found = {}
    for code in sorted(listed & categories().keys()):
        category = categories()[code]
        missing = tuple(near for near in (*category.successors, *category.near_codes) if near not in listed)
        if missing:
            found[code] = missing
    return found


def _category(row: Mapping[str, str]) -> Category:
    return Category(
        code=row["code"],
        label=row["label"],
        sigle=row["sigle"],
        state=row["state"],
        withdrawn_on=_date(row["withdrawn_on"]),
        successors=_codes(row["successors"]),
        near_codes=_codes(row["near_codes"]),
        renamed_on=_date(row["renamed_on"]),
        former_sigle=row["former_sigle"],
        groups=tuple(row[level] for level in ("group1", "group2", "group3") if row[level]),
    )


def _date(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(",")) if cell else ()
