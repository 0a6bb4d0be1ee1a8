"""What the mails about invoices are written with, for their golden texts."""

from datetime import date
from types import SimpleNamespace
from typing import Any

CUSTOMER = SimpleNamespace(name="EHPAD Les Ajoncs", kind="private")
ISSUER = SimpleNamespace(
    recovery_cents=4000,
    penalty_text="Pénalités de retard\N{NO-BREAK SPACE}: taux de la BCE majoré de huit points.",
)
ANSWER = "Le service fait a été signé le 14 octobre\N{NO-BREAK SPACE}: la journée est bien due."
MOTIVE = "La deuxième journée n’a pas eu lieu."


def invoice(**facts: Any) -> dict[str, Any]:
    known = {
        "number": "F2026-000042",
        "kind": "invoice",
        "issued_on": date(2026, 10, 20),
        "due_on": date(2026, 11, 19),
        "total_cents": 180_000,
        "engagement_number": "",
        "service_code": "",
        "payment_reference": "RF18F2026000042",
        "reason": "",
    }
    words = {"customer": CUSTOMER, "action_text": "Voir la facture", "has_page": True}
    return {"invoice": SimpleNamespace(**(known | facts))} | words


def reminder(days: int, **facts: Any) -> dict[str, Any]:
    return invoice(**facts) | {
        "issuer": ISSUER,
        "open_cents": 180_000,
        "days": days,
        "penalty_cents": 3754,
        "rate": "10,15\N{NO-BREAK SPACE}%",
    }


PUBLIC = {"engagement_number": "4500123456", "service_code": "DSI"}
INVOICE_MAILS: dict[str, dict[str, Any]] = {
    "billing/invoice_issued": invoice(engagement_number="4500123456"),
    "billing/credit_note_issued": invoice(number="F2026-000043", kind="credit_note", reason="Journée annulée")
    | {"action_text": "Voir l’avoir"},
    "billing/invoice_contested": invoice() | {"motive": MOTIVE},
    "billing/contest_received": invoice() | {"motive": MOTIVE},
    "billing/contest_answered": invoice() | {"answer": ANSWER, "open_cents": 180_000},
    "billing/dunning_private_courtesy": reminder(15),
    "billing/dunning_private_firm": reminder(45),
    "billing/dunning_private_formal": reminder(75),
    "billing/dunning_public_courtesy": reminder(15, **PUBLIC),
    "billing/dunning_public_firm": reminder(45, **PUBLIC),
    "billing/dunning_public_formal": reminder(75, **PUBLIC) | {"penalty_cents": None, "rate": None},
}
