"""What the lines of an order say: its share, what was done, for whom, on which purchase order. Pure."""

from dataclasses import dataclass
from datetime import date

from billing.rules.shares import share_words
from kit.french import NBSP, count, day, money

# UN/ECE Recommendation 20; what is counted otherwise is "one" (C62).
ONE = "C62"
UNIT_CODES = {"day": "DAY", "month": "MON"}
_WORDS = {
    "package": ("forfait", "forfaits"),
    "day": ("jour", "jours"),
    "half_day": ("demi-journée", "demi-journées"),
    "site": ("site", "sites"),
    "workstation": ("poste", "postes"),
    "exercise": ("exercice", "exercices"),
    "month": ("mois", "mois"),
}


@dataclass(frozen=True, slots=True)
class Ordered:
    """The facts of an order that its lines tell. `site` is the establishment it was done for ("": the whole
    organisation), `percent` the ARS’s share when there is one, unless it is `capped`.
    """

    number: str
    service: str
    buyer: str
    site: str
    provider: str
    unit: str
    quantity: int
    unit_cents: int
    percent: int | None = None
    capped: bool = False
    accepted: bool = True


def unit_code(unit: str) -> str:
    """The code of a unit of the price schedule in UN/ECE Rec. 20."""
    return UNIT_CODES.get(unit, ONE)


def quantity_words(unit: str, quantity: int) -> str:
    """« 3 jours », « 1 exercice »."""
    singular, plural = _WORDS.get(unit, ("unité", "unités"))
    return count(quantity, singular, plural)


def designation(ordered: Ordered, share: str) -> str:
    """« Part ARS (80 %) – Cyberdiagnostic »."""
    words = share_words(share, ordered.percent, ordered.capped)
    return f"{words} – {ordered.service}" if words else ordered.service


def detail(ordered: Ordered, share: str, total_cents: int, delivered_on: date) -> str:
    """Who received what, when, on which purchase order; and of how much this line is a part."""
    for_whom = f"{ordered.site}, {ordered.buyer}" if ordered.site else ordered.buyer
    done = "service fait" if ordered.accepted else "terminé"
    what = f"{quantity_words(ordered.unit, ordered.quantity)} à {money(ordered.unit_cents)} HT"
    sentences = [
        f"Bon de commande {ordered.number}, pour {for_whom}.",
        f"{what}, par {ordered.provider}, {done} le {day(delivered_on)}.",
    ]
    if share != "whole":
        sentences.append(f"Montant total de la commande{NBSP}: {money(total_cents)} TTC.")
    return " ".join(sentences)


def fee_designation(service: str) -> str:
    """The line of a late cancellation."""
    return f"Frais d’annulation tardive – {service}"


def fee_detail(ordered: Ordered, cancelled_on: date) -> str:
    """Which order was cancelled, and when."""
    for_whom = f"{ordered.site}, {ordered.buyer}" if ordered.site else ordered.buyer
    return f"Bon de commande {ordered.number}, pour {for_whom}, annulé le {day(cancelled_on)}."
