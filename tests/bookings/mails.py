"""Examples of the mails about missions, for their golden texts."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

MISSION = SimpleNamespace(
    number="MI-2026-7K4M-QC2D",
    title="Exercice de gestion de crise, niveau débutant",
    half_days=2,
    due_on=date(2027, 6, 30),
    starts_at=datetime(2026, 12, 10, 8, tzinfo=UTC),
    ends_at=datetime(2026, 12, 10, 16, tzinfo=UTC),
    delivered_at=datetime(2026, 12, 17, 14, 30, tzinfo=UTC),
    accept_by=date(2027, 1, 1),
    silence_accepts=False,
    assignment="Cyber Armor, titulaire de rang 1 du lot 2, intervient en Ille-et-Vilaine (35).",
)
ACCEPTANCE = SimpleNamespace(
    tacit=False,
    name="Marie Le Goff",
    function="Directrice",
    accepted_at=datetime(2026, 12, 19, 9, 5, tzinfo=UTC),
    half_days=None,
    manifest=[
        {
            "name": "Retour d’expérience.pdf",
            "version": 2,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        }
    ],
)
WORDS: dict[str, Any] = {"mission": MISSION, "facility": "EHPAD Les Ajoncs", "provider": "Cyber Armor"}
NOBODY_FITS = SimpleNamespace(
    **vars(MISSION) | {"assignment": "Aucun titulaire du lot 2 ne peut faire cette mission. Cyber Armor est suspendu."}
)
MISSION_MAILS: dict[str, dict[str, Any]] = {
    "bookings/mission_accepted": WORDS | {"side": "provider", "acceptance": ACCEPTANCE},
    "bookings/mission_assigned": WORDS | {"side": "provider"},
    "bookings/mission_cancelled": WORDS | {"side": "provider"},
    "bookings/mission_delivered": WORDS
    | {"side": "facility", "names": ["Plan d’action.xlsx", "Retour d’expérience.pdf"], "added": None},
    "bookings/mission_late": WORDS | {"side": "facility"},
    "bookings/mission_left": {"mission": MISSION, "facility": "EHPAD Les Ajoncs", "side": "provider"},
    "bookings/mission_planned": WORDS | {"side": "facility"},
    "bookings/mission_reminder": WORDS | {"side": "facility"},
    "bookings/mission_reserved": WORDS
    | {
        "side": "provider",
        "text": "Le plan d’action n’a pas d’échéances.\nLa page 4 est celle d’un autre établissement.",
    },
    "bookings/mission_unassigned": WORDS | {"side": "grades", "mission": NOBODY_FITS, "provider": None},
}
