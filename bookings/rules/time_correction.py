"""What may be taken back by a counter-entry, and why the rest may not."""

from collections.abc import Mapping
from typing import TypeVar

from bookings.rules.time import MOST, half_days_of
from kit.errors import Conflict, Invalid
from kit.french import count

Key = TypeVar("Key", bound=tuple[str, object])
REFUSED = {
    "reserve": "Une réservation suit sa mission : annulez la mission, ou corrigez la consommation.",
    "release": "Une libération suit sa mission : elle ne se corrige pas.",
    "expire": "Des demi-journées expirées ne reviennent pas : attribuez-en de nouvelles.",
    "purchase": "Un achat suit sa commande : annulez la commande, ou passez-en une autre.",
}
# Accounts that go below zero by nature: what was given is owed.
SOURCES = ("granted", "purchased")
HELD = {"available": "disponible", "reserved": "réservée", "consumed": "consommée", "expired": "expirée"}


def refusal(kind: str, reverses: str | None) -> str:
    """Why a movement of this kind is never taken back, "" when it may be.

    `reverses` is the kind that a correction took back: what left with its order comes back with another one.
    """
    return REFUSED.get(reverses or kind, "")


def check_correction(kind: str, reverses: str | None, note: str, instead: int) -> None:
    """Whether a movement of this kind may be taken back. Raises Conflict, Invalid (note, instead)."""
    if why_not := refusal(kind, reverses):
        raise Conflict(why_not)
    if not note:
        raise Invalid("Rien n’est corrigé.", {"note": "Dites pourquoi : le motif reste dans le carnet."})
    if instead and kind != "consume":
        raise Invalid("Rien n’est corrigé.", {"instead": "Seule une consommation se remplace par une autre."})
    if not 0 <= instead <= MOST:
        raise Invalid("Rien n’est corrigé.", {"instead": f"Indiquez un nombre entier, de 0 à {MOST}."})


def check_once(corrected: bool) -> None:
    """Raises Conflict for a movement taken back already."""
    if corrected:
        raise Conflict("Ce mouvement a déjà été corrigé.")


def check_balances(balances: Mapping[Key, int], back: Mapping[Key, int]) -> None:
    """Raises Conflict, with what is left, when taking back would leave an account below zero."""
    for key, number in back.items():
        left = balances[key]
        if key[0] not in SOURCES and left + number < 0:
            word = HELD[key[0]]
            rest = f"il en reste {count(left, word)}" if left else f"aucune n’est {word}"
            raise Conflict(
                f"Ce mouvement ne peut pas être corrigé : il faudrait reprendre {half_days_of(-number)}, et {rest}. "
                "Corrigez d’abord ce qui a suivi."
            )
