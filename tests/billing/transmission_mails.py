"""What the mails about transmissions are written with, for their golden texts."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from tests.billing.invoice_mails import invoice

CONTENT = {
    "seller": SimpleNamespace(name="GIP e-santé Bretagne"),
    "buyer": SimpleNamespace(name="EHPAD Les Ajoncs"),
    "engagement_number": "4500123456",
    "service_code": "DSI",
}
CHORUS = {"portal": "Chorus Pro"}
LOST = (
    "Abandonnée après 14 essais. Dernière réponse\N{NO-BREAK SPACE}: Chorus Pro ne répond pas (connexion impossible)."
)
TRANSMISSION_MAILS: dict[str, dict[str, Any]] = {
    "billing/invoice": invoice() | {"kind": "Facture", "content": CONTENT},
    "billing/transmission_rejected": invoice() | CHORUS | {"motive": "Le numéro d’engagement 4500123456 est inconnu."},
    "billing/transmission_failed": invoice() | CHORUS | {"reason": LOST},
    "billing/transmission_asking": invoice()
    | CHORUS
    | {"label": "Suspendue\N{NO-BREAK SPACE}: le client attend un complément", "detail": "Joindre le service fait."},
    "billing/channel_expires": CHORUS | {"expires_on": date(2026, 12, 5), "days": 15},
}
