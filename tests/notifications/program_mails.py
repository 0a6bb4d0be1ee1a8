"""What the mails about programs and webhooks are written with, for their golden texts."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from notifications.jobs.programs import WHY

ENDS = {"name": "Tableur de l’ARS", "expires_at": datetime(2026, 12, 5, 8, tzinfo=UTC), "why": WHY}
FAULT = "L’adresse ne répond pas (connexion impossible)."
PROGRAM_MAILS: dict[str, dict[str, Any]] = {
    "tenants/token_expires": ENDS | {"used_at": None},
    "tenants/client_expires": ENDS | {"used_at": datetime(2026, 11, 20, 8, tzinfo=UTC)},
    "notifications/webhook_paused": {
        "endpoint": SimpleNamespace(
            name="Entrepôt de l’ARS",
            pause_reason=f"Rien n’a pu être remis depuis trois jours. Dernière réponse\N{NO-BREAK SPACE}: {FAULT}",
        ),
        "waiting": 12,
        "why": WHY,
    },
}
