"""Which drafts may become one invoice. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from billing.rules.states import OUTSIDE_SCOPE
from kit.errors import Conflict
from kit.french import NBSP

MOST_LINES = 500


class Draft(Protocol):
    """What is looked at."""

    kind: str
    state: str
    customer_id: UUID
    engagement_number: str
    service_code: str
    purchaser_reference: str
    period_starts_on: date | None
    period_ends_on: date | None
    delivered_on: date | None


def check_group(drafts: Sequence[Draft], categories: Iterable[str | None], lines: int) -> None:
    """Raises Conflict, with the reason, unless these drafts may be one: `categories` are those of their lines' VAT."""
    if len(drafts) < 2:
        raise Conflict("Choisissez au moins deux brouillons à regrouper.")
    if any(one.state != "draft" for one in drafts):
        raise Conflict("Un de ces brouillons est écarté ou en cours d’émission.")
    if any(one.kind != "invoice" for one in drafts):
        raise Conflict("Un avoir ou une facture rectificative ne se regroupe pas.")
    for name, said in (
        ("customer_id", "Ces brouillons ne sont pas du même client."),
        ("engagement_number", "Ces brouillons n’ont pas le même numéro d’engagement."),
        ("service_code", "Ces brouillons n’ont pas le même code service."),
        ("purchaser_reference", "Ces brouillons n’ont pas la même référence de l’acheteur."),
    ):
        if len({getattr(one, name) for one in drafts}) > 1:
            raise Conflict(said)
    known = {one for one in categories if one}
    if OUTSIDE_SCOPE in known and len(known) > 1:
        raise Conflict(f"Ce qui est hors champ de la TVA se facture à part{NBSP}: ces brouillons ne se regroupent pas.")
    if lines > MOST_LINES:
        raise Conflict(f"Une facture porte {MOST_LINES} lignes au plus.")


def whole_period(drafts: Sequence[Draft]) -> tuple[date | None, date | None, date | None]:
    """(first day, last day, delivery) of the group: the earliest, the latest, the latest."""
    starts = [one.period_starts_on for one in drafts if one.period_starts_on]
    ends = [one.period_ends_on for one in drafts if one.period_ends_on]
    delivered = [one.delivered_on for one in drafts if one.delivered_on]
    return min(starts, default=None), max(ends, default=None), max(delivered, default=None)
