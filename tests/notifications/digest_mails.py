"""What the mails of digests are read with, for their golden texts."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from notifications.rules.digest import Waiting, parts, title

MORNING = datetime(2026, 3, 5, 7, tzinfo=UTC)
WAITED = [
    Waiting("bookings/time_granted", UUID(int=1), "4 demi-journées de RSSI à temps partagé", "/time/1", MORNING),
    Waiting(
        "bookings/mission_planned", UUID(int=2), "Date fixée\N{NO-BREAK SPACE}: Audit Active Directory", "", MORNING
    ),
    Waiting(
        "bookings/mission_assigned", UUID(int=2), "Prestataire désigné\N{NO-BREAK SPACE}: M-2026-00012", "", MORNING
    ),
    Waiting(
        "bookings/order_placed", UUID(int=3), "Commande passée\N{NO-BREAK SPACE}: C-2026-00007", "/orders/3", MORNING
    ),
]


def waited() -> list[Waiting]:
    """Four notices of the day before, of three things."""
    return [
        Waiting(
            one.template, one.subject_id, one.title, one.path or "/missions/2", MORNING - timedelta(hours=20 - hour)
        )
        for hour, one in enumerate(WAITED)
    ]


def context(more: int = 0) -> dict[str, Any]:
    """As the service writes it."""
    return {
        "title": title(4 + more, MORNING - timedelta(hours=20), MORNING, "Europe/Paris"),
        "number": 4 + more,
        "parts": parts(waited()),
        "more": more,
    }


DIGEST_MAILS: dict[str, dict[str, Any]] = {"notifications/digest": context(more=12)}
