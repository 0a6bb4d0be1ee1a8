"""Régions and départements, their ARS and GRADeS (INSEE codes)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from finess.rules.package_data import rows


@dataclass(frozen=True, slots=True)
class Department:
    """A département, or an overseas collectivity, which belongs to no région (`region` is "")."""

    code: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Region:
    """A région, with the ARS in charge. `grades` is "" where no source was read that names it."""

    code: str
    name: str
    ars: str
    grades: str
    departments: tuple[str, ...]


@cache
def departments() -> Mapping[str, Department]:
    """Every département and collectivity, by INSEE code, in their usual order."""
    return MappingProxyType(
        {row["code"]: Department(row["code"], row["name"], row["region"]) for row in rows("departments")}
    )


@cache
def regions() -> Mapping[str, Region]:
    """Every région, by INSEE code."""
    return MappingProxyType({row["code"]: _region(row) for row in rows("regions")})


def department_name(code: str | None) -> str:
    """A département in a sentence: "Ille-et-Vilaine", "département 99", "département inconnu"."""
    if code is None:
        return "département inconnu"
    known = departments().get(code)
    return known.name if known else f"département {code}"


def region_of(department: str | None) -> str | None:
    """The région of a département (INSEE code); None when there is none, or the département is unknown."""
    known = departments().get(department or "")
    return known.region or None if known else None


def _region(row: Mapping[str, str]) -> Region:
    code = row["code"]
    inside = tuple(department.code for department in departments().values() if department.region == code)
    grades = row["grades"] if row["grades_checked"] == "yes" else ""
    return Region(code, row["name"], row["ars"], grades, inside)
