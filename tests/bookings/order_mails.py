"""What the mails of rights and orders are written with, for their golden texts."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from bookings.rules.details import shown_contact

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
BUYER = SimpleNamespace(name="EHPAD Les Ajoncs", finess_ej="350012345")
CONTACT = shown_contact({"name": "Anne Le Goff", "function": "Cadre", "email": "anne@ajoncs.fr", "phone": "0299123456"})
PURCHASE = SimpleNamespace(
    organisation=BUYER,
    service=SimpleNamespace(title="Exercice de gestion de crise"),
    version=SimpleNamespace(title="Exercice de gestion de crise", mode="mission"),
    provider=SimpleNamespace(name="Breizh Audit"),
    agreement=SimpleNamespace(reference="2025-CYBER-01"),
    lot=SimpleNamespace(number=2),
    quote=SimpleNamespace(
        ars_cents=144_000,
        remainder_cents=36_000,
        valid_until=date(2026, 12, 22),
        sentence="Lot 2, ligne EX-02, tarif adhérent en vigueur depuis le 1er octobre 2026",
    ),
)


def order(**facts: Any) -> dict[str, Any]:
    known = {
        "number": "BC-2026-9XWD-33TR",
        "net_cents": 150_000,
        "total_cents": 180_000,
        "placed_at": AT,
        "entitlement_id": None,
        "fee_cents": 0,
    }
    return {"order": SimpleNamespace(**(known | facts)), "purchase": PURCHASE, "action_text": "Voir la commande"}


ORDER_MAILS: dict[str, dict[str, Any]] = {
    "bookings/entitlement_open": {
        "row": SimpleNamespace(
            organisation=BUYER,
            campaign_title="Exercices de crise 2026",
            service=PURCHASE.service,
            entitlement=SimpleNamespace(expires_on=date(2027, 6, 30)),
        ),
        "action_text": "Réserver en un clic",
    },
    "bookings/entitlement_waiting": {
        "organisation": BUYER,
        "slug": "exercice-de-crise",
        "is_known": True,
        "action_text": "Voir le catalogue",
    },
    "bookings/order_to_approve": order() | {"asker": "Gwenaëlle Le Bihan"},
    "bookings/order_placed": order() | {"contact": CONTACT},
    "bookings/order_received": order() | {"contact": CONTACT},
    "bookings/order_refused": order(refused_motive="Le budget de l’année est clos.", entitlement_id=1),
    "bookings/order_cancelled": order(cancelled_at=AT, cancel_motive="Travaux dans la salle.", fee_cents=75_000),
}
