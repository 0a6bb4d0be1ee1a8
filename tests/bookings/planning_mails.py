"""What the mails of the planning are written from, for their golden texts."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from bookings.rules.halves import when

STARTS, ENDS = datetime(2026, 12, 10, 8, tzinfo=UTC), datetime(2026, 12, 10, 11, 30, tzinfo=UTC)
SLOT = SimpleNamespace(title="Exercice de crise, niveau débutant", place="Rennes, salle Iroise", kind="group")
SINGLE = SimpleNamespace(title="Diagnostic de maturité", place="", kind="single")
WORDS: dict[str, Any] = {"slot": SLOT, "when": when(STARTS, ENDS, "Europe/Paris"), "organisation": "EHPAD Les Ajoncs"}
MEETING = WORDS | {"provider": "Cyber Armor", "consultant": "Maël Cozic", "for_provider": False}
PLANNING_MAILS: dict[str, dict[str, Any]] = {
    "bookings/appointment": MEETING | {"action_text": "Voir la séance"},
    "bookings/appointment_moved": MEETING | {"slot": SINGLE, "for_provider": True},
    "bookings/appointment_cancelled": MEETING,
    "bookings/waiting_offered": WORDS | {"places": 1, "ends_at": datetime(2026, 12, 1, 17, tzinfo=UTC)},
    "bookings/waiting_expired": WORDS | {"places": 2},
    "bookings/waiting_cancelled": WORDS | {"places": 1},
}
