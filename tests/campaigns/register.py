"""A small register of the tests' own, with every trap of the Bretagne rule; imported as the operator would."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from finess.models import RegistryEdition
from finess.rules.numbers import with_key
from finess.service.register import import_register
from kit.actor import operator

_imports = count()
RENNES, BREST, NANTES, PARIS, LILLE = "35238", "29019", "44109", "75056", "59350"


@dataclass(frozen=True)
class ET:
    """An establishment to write."""

    number: str
    category: str
    commune: str = RENNES
    name: str = "Établissement"
    closed_on: str | None = None


@dataclass(frozen=True)
class EJ:
    """A legal entity to write, with its establishments."""

    number: str
    name: str
    establishments: tuple[ET, ...] = ()
    commune: str = RENNES
    closed_on: str | None = None
    siren: str | None = None


def finess(first_eight: str) -> str:
    """A number with its key."""
    return with_key(first_eight)


TILLEULS = EJ(
    finess("35000101"), "ASSOCIATION LES TILLEULS", (ET(finess("35000201"), "500", name="EHPAD LES TILLEULS"),)
)
OUTSIDE = EJ(
    finess("75000101"),
    "FONDATION NATIONALE",
    (ET(finess("75000201"), "500", PARIS), ET(finess("29000201"), "255", BREST)),
    PARIS,
)
ON_TWO_SITES = EJ(
    finess("35000102"),
    "DEUX SITES",
    (ET(finess("44000202"), "500", NANTES), ET(finess("35000202"), "460", RENNES)),
)
SESSAD = EJ(finess("35000103"), "SESSAD SEUL", (ET(finess("35000203"), "182"),))
EAM = EJ(finess("35000104"), "EAM SEUL", (ET(finess("35000204"), "448"),))
CLOSED_ET = EJ(finess("35000105"), "ÉTABLISSEMENT FERMÉ", (ET(finess("35000205"), "500", closed_on="2020-01-31"),))
CLOSED = EJ(finess("35000106"), "ORGANISME FERMÉ", (ET(finess("35000206"), "500"),), closed_on="2019-06-30")
OLD_FAM = EJ(finess("35000107"), "FAM ANCIEN", (ET(finess("35000207"), "437"),))
EMPTY = EJ(finess("35000108"), "SANS ÉTABLISSEMENT")
TWINS = (
    EJ(finess("35000109"), "JUMEAU UN", (ET(finess("35000209"), "500"),), siren="732829320"),
    EJ(finess("35000110"), "JUMEAU DEUX", siren="732829320"),
)
TRAPS = (TILLEULS, OUTSIDE, ON_TWO_SITES, SESSAD, EAM, CLOSED_ET, CLOSED, OLD_FAM, EMPTY, *TWINS)


def import_entities(folder: Path, entities: Iterable[EJ] = TRAPS, on: date = date(2025, 9, 1)) -> RegistryEdition:
    """Make these entities the register in force, and nothing else: whatever other tests have added is closed."""
    path = folder / f"register-{on}.json"
    made_at = datetime(on.year, on.month, on.day, 2, tzinfo=UTC) + timedelta(seconds=next(_imports))
    written = {"generatedAt": f"{made_at:%Y-%m-%dT%H:%M:%SZ}", "pmej": [_entity(one) for one in entities]}
    path.write_text(json.dumps(written))
    return import_register(operator("tests"), [path]).edition


def _entity(one: EJ) -> dict[str, Any]:
    facts = {
        "numFinessPm": one.number,
        "denominationLonguePmSmsse": one.name,
        "statutJuridique": "60",
        "dateCreation": "1990-01-01",
        **({"siren": one.siren} if one.siren else {}),
        **({"dateFermeture": one.closed_on} if one.closed_on else {}),
    }
    return {
        "informationsGeneralesPMEJ": facts,
        "adresse": [_address("02", one.commune)],
        "etatObjet": "I" if one.closed_on else "A",
        "ege": [_establishment(inside) for inside in one.establishments],
    }


def _establishment(one: ET) -> dict[str, Any]:
    facts = {
        "numFinessEge": one.number,
        "nomEgeLong": one.name,
        "dateOuverture": "1995-01-01",
        **({"dateFermeture": one.closed_on} if one.closed_on else {}),
    }
    return {
        "informationsGeneralesEGE": facts,
        "categorieentiteGeographiqueExercice": one.category,
        "adresse": [_address("03", one.commune)],
        "etatObjet": "I" if one.closed_on else "A",
    }


def _address(usage: str, commune: str) -> dict[str, str]:
    return {
        "usageAdresse": usage,
        "cogCommune": commune,
        "codePostal": f"{commune[:2]}000",
        "ligneAcheminement": "VILLE",
    }
