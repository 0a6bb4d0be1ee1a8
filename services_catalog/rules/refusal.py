"""Why no price applies, said so that somebody knows what to do. `stage` tells how far the search went: the furthest
reason is the one worth saying."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kit.french import NBSP, day
from services_catalog.rules.bracket import ASKED, size_in_words
from services_catalog.rules.market import Agreement, Holder, Line, Lot
from services_catalog.rules.offer import Offer, Unpriced


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason, how far the search had gone, and what would decide if it were known."""

    stage: int
    sentence: str
    missing: str | None = None


NOT_SOLD = Refusal(0, "Cette prestation ne figure dans aucun bordereau de prix publié.")
UNKNOWN_ADHERENCE = Refusal(
    7, "Le prix dépend de l’adhésion au GRADeS, qui n’est pas connue pour cet organisme.", "adherent"
)
NO_QUANTITY = Unpriced("La quantité doit être d’au moins 1.")


def agreement_dates(agreement: Agreement, on: date) -> Refusal:
    """Before it begins, or after it ended."""
    name = f"L’accord-cadre {agreement.reference}"
    if on < agreement.starts_on:
        return Refusal(1, f"{name} ne commence que le {day(agreement.starts_on)}.")
    return Refusal(1, f"{name} a pris fin le {day(agreement.ends_on)}.")


def adherents_only(agreement: Agreement, adherent: bool | None) -> Refusal:
    """Not an adherent, or nobody knows."""
    if adherent is None:
        return UNKNOWN_ADHERENCE
    return Refusal(2, f"L’accord-cadre {agreement.reference} est réservé aux adhérents du GRADeS.")


def no_holder(lot: Lot, asked: bool) -> Refusal:
    """Nobody holds the lot; or not the provider that was `asked`."""
    if asked:
        return Refusal(3, f"Ce prestataire n’est pas titulaire du lot{NBSP}{lot.number}.")
    return Refusal(3, f"Le lot{NBSP}{lot.number} n’a pas encore de titulaire.")


def suspended(holder: Holder) -> Refusal:
    """The GRADeS has suspended it: that is between them, and the buyer reads what follows from it."""
    return Refusal(4, f"{holder.name} ne reçoit pas de nouvelle commande.")


def no_schedule(lot: Lot, holder: Holder, on: date) -> Refusal:
    """No published schedule on that day."""
    return Refusal(
        5, f"Aucun bordereau de prix de {holder.name} n’est en vigueur le {day(on)} dans le lot{NBSP}{lot.number}."
    )


def no_line(lot: Lot, holder: Holder) -> Refusal:
    """The schedule is silent about the service."""
    return Refusal(5, f"{holder.name} n’a pas de prix pour cette prestation dans le lot{NBSP}{lot.number}.")


def line_dates(lines: Sequence[Line], on: date) -> Refusal:
    """Lines exist, before or after that day: the nearest is named."""
    nearest = min(lines, key=lambda line: min(abs((line.starts_on - on).days), abs((line.ends_on - on).days)))
    return Refusal(6, f"La ligne {nearest.code} ne vaut que du {day(nearest.starts_on)} au {day(nearest.ends_on)}.")


def no_tariff(lot: Lot, holder: Holder, adherent: bool) -> Refusal:
    """Prices exist for the others."""
    whom = "les adhérents" if adherent else "les non-adhérents"
    return Refusal(7, f"{holder.name} n’a pas de prix pour {whom} du GRADeS dans le lot{NBSP}{lot.number}.")


def unknown_size(measure: str, code: str) -> Unpriced:
    """The line counts what nobody knows: what to declare."""
    return Unpriced(f"Le prix (ligne {code}) dépend de la taille{NBSP}: déclarez {ASKED[measure]}.", measure)


def no_bracket(offer: Offer, size: int) -> Unpriced:
    """The size is known and no bracket holds it."""
    words = size_in_words(offer.line.measure, size)
    return Unpriced(
        f"Aucune tranche du bordereau de {offer.holder.name} (lot{NBSP}{offer.lot.number}) ne couvre {words}."
    )
