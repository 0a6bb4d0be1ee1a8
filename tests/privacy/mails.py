"""The mails of privacy, each with an example."""

from datetime import UTC, date, datetime
from typing import Any

from privacy.rules.kept import ACCOUNTS, PROOF

ASKED: dict[str, Any] = {
    "number": "DP-2026-0007",
    "right": "Effacement",
    "received_on": date(2026, 11, 22),
    "due_on": date(2026, 12, 22),
}
AT = datetime(2026, 11, 29, 9, tzinfo=UTC)
PRIVACY_MAILS: dict[str, dict[str, Any]] = {
    "privacy/breach_due": {
        "number": "VD-2026-001",
        "title": "Courriel au mauvais destinataire",
        "hours": 48,
        "left": 24,
        "tell_by": AT,
        "decided": False,
    },
    "privacy/erased": {"number": "DP-2026-0007", "reasons": [ACCOUNTS, PROOF], "account": True},
    "privacy/export_ready": {"expires_at": AT},
    "privacy/request_acknowledged": ASKED,
    "privacy/request_answered": ASKED | {"answer": "Votre numéro est corrigé dans le dossier.", "refused": False},
    "privacy/request_due": ASKED | {"days": 7},
    "privacy/request_extended": ASKED | {"reason": "Trois services doivent répondre."},
    "privacy/request_received": ASKED,
}
