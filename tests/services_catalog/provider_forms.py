"""What somebody sends of a provider, and the people who send it."""

from datetime import date
from typing import Any

from services_catalog.rules.papers import InsurancePaper, QualificationPaper

PROFILE: dict[str, Any] = {
    "name": "Breizh Audit",
    "siret": "732 829 320 00074",
    "summary": "Audits organisationnels et techniques, exercices de crise.",
    "zones": ["35", "29", "44"],
    "skills": ["exercise", "audit"],
    "contacts": [{"name": "Katell Riou", "function": "Directrice", "email": "K.Riou@breizh.invalid", "phone": ""}],
    "capacity_half_days": 24,
    "travel_minutes": 45,
}
CONSULTANT: dict[str, Any] = {
    "name": "Maël Cozic",
    "email": "mael@breizh.invalid",
    "department": "35",
    "active": True,
}
SUBCONTRACTOR: dict[str, Any] = {
    "name": "Penn Kalet",
    "siret": None,
    "purpose": "Animation d’exercices",
    "declared_on": date(2026, 11, 2),
    "accepted_on": None,
}


def a_qualification(ends_on: date, starts_on: date = date(2025, 1, 1), kind: str = "passi") -> QualificationPaper:
    """A qualification until that day."""
    return QualificationPaper(kind, "Audit organisationnel", "PASSI-2025-104", starts_on, ends_on)


def an_insurance(ends_on: date, starts_on: date = date(2025, 1, 1)) -> InsurancePaper:
    """An insurance until that day."""
    return InsurancePaper("Mutuelle d’Armor", "RC-2025-77", starts_on, ends_on)
