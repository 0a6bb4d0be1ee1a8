"""Small registers written for a test, in both formats."""

import json
from pathlib import Path
from typing import Any

from finess.rules.numbers import with_key

MADE_AT = "2026-11-20T04:00:00Z"
_VALUES = {"category": "500", "commune": "35238", "town": "RENNES", "postal": "35000", "state": "A"}


def number(order: int, department: str = "35") -> str:
    """A well-formed number that is nobody's."""
    return with_key(f"{department}9{order:05}")


def et(finess_et: str, **values: Any) -> dict[str, Any]:
    """One `ege`. Values: category, commune, town, postal, state, name, closed, siret; None leaves the key out."""
    said = _VALUES | {"name": "EHPAD LES TILLEULS", "closed": None, "siret": None} | values
    facts = {
        "numFinessEge": finess_et,
        "nomEgeLong": said["name"],
        "siret": said["siret"],
        "dateFermeture": said["closed"],
    }
    place = {"usageAdresse": "03", "cogCommune": said["commune"], "codePostal": said["postal"]}
    return {
        "informationsGeneralesEGE": _present(facts | {"dateOuverture": "2001-02-03"}),
        **_present({"categorieentiteGeographiqueExercice": said["category"]}),
        "adresse": [_present(place | {"ligneAcheminement": said["town"]})],
        "etatObjet": said["state"],
    }


def ej(finess_ej: str, *establishments: dict[str, Any], **values: Any) -> dict[str, Any]:
    """One `pmej`. Values: commune, town, postal, state, name, closed, siren, status."""
    said = _VALUES | {"name": "ASSOCIATION LES TILLEULS", "closed": None, "siren": None, "status": "60"} | values
    facts = {"numFinessPm": finess_ej, "denominationLonguePmSmsse": said["name"], "siren": said["siren"]}
    seat = {"usageAdresse": "02", "cogCommune": said["commune"], "codePostal": said["postal"]}
    return {
        "informationsGeneralesPMEJ": _present(
            facts | {"statutJuridique": said["status"], "dateCreation": "1990-01-01", "dateFermeture": said["closed"]}
        ),
        "adresse": [_present(seat | {"ligneAcheminement": said["town"]})],
        "ege": list(establishments),
        "etatObjet": said["state"],
    }


def finess_plus(path: Path, *entities: Any, made_at: str = MADE_AT) -> Path:
    """Write a FINESS+ file."""
    document = {"schemaVersion": "v1.0.0", "generatedAt": made_at, "gcc": [], "gco": [], "pmej": list(entities)}
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return path


def etalab_et(finess_et: str, finess_ej: str, **cells: str) -> str:
    """A `structureet` row: 32 columns. Cells: name, commune (last three), department, delivery, category, opened."""
    row = [""] * 32
    row[0:3] = ["structureet", finess_et, finess_ej]
    row[3] = cells.get("name", "EHPAD LES TILLEULS")
    row[12], row[13] = cells.get("commune", "238"), cells.get("department", "35")
    row[15], row[18] = cells.get("delivery", "35000 RENNES"), cells.get("category", "500")
    row[28] = cells.get("opened", "2001-02-03")
    return ";".join(row)


def etalab_ej(finess_ej: str, name: str = "ASSOCIATION LES TILLEULS", status: str = "60") -> str:
    """A `structureej` row: 23 columns."""
    row = [""] * 23
    row[0:3] = ["structureej", finess_ej, name]
    row[11:14] = ["238", "35000 RENNES", "35"]
    row[16] = status
    return ";".join(row)


def etalab(path: Path, *rows: str, date: str = "2026-05-12", encoding: str = "utf-8") -> Path:
    """Write an etalab extract."""
    path.write_bytes("".join(f"{row}\n" for row in (f"finess;etalab;111;{date}", *rows)).encode(encoding))
    return path


def _present(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value is not None}
