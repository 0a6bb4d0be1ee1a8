"""What each mail about half-days is read with."""

from datetime import date
from typing import Any

PLACE = "EHPAD Les Ajoncs"
LAST = date(2027, 1, 31)
WORDS: dict[str, Any] = {
    "half_days": 4,
    "place": PLACE,
    "starts_on": date(2026, 11, 22),
    "expires_on": LAST,
    "today": date(2026, 11, 22),
    "action_url": "https://crrc.example/bretagne/time/1",
    "action_text": "Voir le carnet de temps",
    "why": "Vous recevez ce message parce que vous faites partie du compte de cet organisme.",
}
MOVED: dict[str, Any] = {
    "source": "Association des Ajoncs",
    "target": PLACE,
    "moved": [(3, LAST), (1, date(2027, 6, 30))],
    "note": "Audit du site de Dinan",
}
TIME_MAILS: dict[str, dict[str, Any]] = {
    "bookings/time_granted": WORDS,
    "bookings/time_carried_over": WORDS,
    "bookings/time_transferred": WORDS | MOVED,
    "bookings/time_expires_soon": WORDS,
    "bookings/time_expired": WORDS | {"half_days": 1},
}
