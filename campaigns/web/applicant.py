"""What the register knows of an applicant, as pages show it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from campaigns.rules import form as forms
from finess.rules.nomenclature import category_name
from kit import french


def applicant_facts(applicant: Mapping[str, Any]) -> dict[str, Any]:
    """A file's snapshot as templates/candidacies/_applicant.html reads it."""
    entity, establishments = applicant["legal_entity"], applicant["establishments"]
    return {
        "rows": [
            ("Raison sociale", entity["name"]),
            ("Numéro FINESS juridique", entity["finess_ej"]),
            ("SIREN", entity["siren"]),
            ("Statut juridique", entity["legal_status"]),
            ("Siège", " ".join(part for part in (entity["postal_code"], entity["town"]) if part)),
            ("Établissements ouverts", forms.summary(establishments)),
        ],
        "sites": [_site(one) for one in establishments],
        "edition": french.day(date.fromisoformat(applicant["edition"]["generated_on"])),
    }


def _site(site: Mapping[str, Any]) -> tuple[str, str]:
    place = " ".join(part for part in (site["postal_code"], site["town"]) if part)
    parts = (category_name(site["category_code"]), f"FINESS {site['finess_et']}", place)
    return site["name"] or f"Établissement {site['finess_et']}", " · ".join(part for part in parts if part)
