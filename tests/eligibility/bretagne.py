"""The rule of the Bretagne AMI, in the words of its text, and the people who ask whether they may apply."""

from datetime import date
from typing import Any

from eligibility.rules import Applicant, Establishment, LegalEntity

CATEGORIES = ["165", "178", "180", "183", "188", "189", "190", "192", "195", "196", "197"]
CATEGORIES += ["209", "213", "253", "255", "354", "395", "437", "445", "464", "500"]
ON_THE_SAME_ESTABLISHMENT = [
    {"open": True},
    {"authorised": True},
    {"category": CATEGORIES},
    {"department": ["22", "29", "35", "56"]},
]
DOCUMENT: dict[str, Any] = {
    "version": 1,
    "all": [
        {"open": True},
        {"establishments": {"at_least": 1, "such_that": {"all": ON_THE_SAME_ESTABLISHMENT}}},
    ],
}


def et(
    number: str, category: str | None, department: str | None, closed_on: date | None = None, authorised: bool = True
) -> Establishment:
    """An establishment, open since 2001 unless closed."""
    return Establishment(
        finess_et=number,
        name=f"ÉTABLISSEMENT {number}",
        category_code=category,
        department=department,
        is_open=closed_on is None,
        opened_on=date(2001, 3, 1),
        authorised_on=date(2000, 12, 15) if authorised else None,
        closed_on=closed_on,
    )


def ej(*establishments: Establishment, seat: str = "35", closed_on: date | None = None, **facts: Any) -> Applicant:
    """An applicant, an association seated in Ille-et-Vilaine unless told otherwise."""
    entity = LegalEntity("350000014", "ASSOCIATION DES AJONCS", "60", seat, closed_on is None, closed_on)
    return Applicant(entity, establishments, **facts)
