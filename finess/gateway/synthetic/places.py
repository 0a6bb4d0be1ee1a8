"""Addresses of synthetic structures: real communes, made-up streets."""

from collections import defaultdict
from functools import cache
from typing import Any

from finess.gateway.synthetic.dice import Dice
from finess.rules.package_data import rows
from finess.rules.places import department_of

_STREETS = (
    ("R", "RUE", ("DES LILAS", "DE LA PAIX", "VICTOR HUGO", "DE L'EGLISE", "DU STADE", "DES ECOLES", "PASTEUR")),
    ("AV", "AVENUE", ("DE LA REPUBLIQUE", "DES MARTYRS DE LA RESISTANCE", "DE LA GARE", "JEAN JAURES")),
    ("BD", "BOULEVARD", ("CARNOT", "DE L'EUROPE", "CLEMENCEAU")),
    ("PL", "PLACE", ("DE LA MAIRIE", "DU MARCHE", "DU 8 MAI 1945")),
    ("CHE", "CHEMIN", ("DES VIGNES", "DU MOULIN", "DE LA FONTAINE")),
)

Commune = tuple[str, str, str]  # INSEE code, postal code, postal name


@cache
def communes() -> dict[str, list[Commune]]:
    """The communes structures are put in, by département."""
    found: dict[str, list[Commune]] = defaultdict(list)
    for row in rows("communes"):
        found[department_of(row["code"])].append((row["code"], row["postal_code"], row["town"]))
    return dict(found)


def commune_in(dice: Dice, department: str) -> Commune:
    """A commune of the département."""
    return dice.one_of(communes()[department])


def address(dice: Dice, usage: str, commune: Commune, padded: bool) -> dict[str, Any]:
    """One entry of `adresse[]`. `usage` is "02" for an EJ's seat, "03" for an ET's place of exercise.

    `padded`: with the trailing blanks of records that come from the old fixed-width base.
    """
    code, postal_code, town = commune
    short, full, names = dice.one_of(_STREETS)
    street = dice.one_of(names)
    number = str(1 + dice.below(180))
    entry: dict[str, Any] = {
        "usageAdresse": usage,
        "numeroVoie": number,
        "typeVoie": short.ljust(4) if padded else short,
        "libelleVoie": street.ljust(21) if padded else street,
    }
    if dice.chance(0.1):
        entry["lieuDit"] = f"BP {1 + dice.below(999)}"
    entry |= {
        "cogCommune": code,
        "ligneAcheminement": town,
        "ligneQuatre": f"{number} {full} {street}",
        "ligneSix": f"{postal_code} {town}",
        "codePostal": postal_code,
    }
    if dice.chance(0.75):
        entry["coordonneesGeographique"] = _coordinates(dice, code, number)
    return entry


def _coordinates(dice: Dice, code: str, number: str) -> dict[str, str]:
    """Both pairs, somewhere in metropolitan France: the importer reads neither."""
    return {
        "coordonneeX": f"{6_100_000 + dice.random() * 1_000_000:.2f}",
        "coordonneeY": f"{150_000 + dice.random() * 1_000_000:.2f}",
        "directionLatitude": f"{42.5 + dice.random() * 8:.6f}",
        "directionLongitude": f"{-4.5 + dice.random() * 12:.6f}",
        "cleInInteropBAN": f"{code}_{dice.below(10_000):04}_{number:0>5}",
        "scoreBAN": f"{0.4 + dice.random() * 0.6:.15f}",
    }
