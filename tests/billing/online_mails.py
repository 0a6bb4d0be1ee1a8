"""What the mails about online payments are written with, for their golden texts."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from tests.billing.invoice_mails import invoice

CHECKOUT = {"checkout": SimpleNamespace(amount_cents=180_000)}
DISPUTE = {"reason": "Prélèvement non autorisé", "answer_by": datetime(2026, 11, 30, 22, tzinfo=UTC)}
ONLINE_MAILS: dict[str, dict[str, Any]] = {
    "billing/online_paid": invoice() | CHECKOUT,
    "billing/online_failed": invoice() | CHECKOUT,
    "billing/online_refunded": invoice() | {"refund": SimpleNamespace(amount_cents=5_000, reason="Journée annulée")},
    "billing/online_disputed": invoice() | CHECKOUT | DISPUTE,
    "billing/online_lost": invoice() | CHECKOUT,
}
