"""What an agreement and a lot are made of, and what is wrong with one that was typed or sent. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kit.french import NBSP, day
from services_catalog.rules.faults import Faults
from services_catalog.rules.figures import cents
from services_catalog.rules.states import ASSIGNMENTS

LONGEST_YEARS = 4  # code de la commande publique, L. 2125-1
BIGGEST_LOT = 10**12  # ten thousand million euros, in cents
MOST_HOLDERS = 10


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """What is written of an agreement. Both dates are included."""

    reference: str
    title: str
    starts_on: date
    ends_on: date
    adherents_only: bool


@dataclass(frozen=True, slots=True)
class LotTerms:
    """What is written of a lot, its ceiling excluding VAT, and who holds it, in the order of their rank."""

    number: int
    title: str
    assignment: str
    maximum_cents: int
    holders: tuple[UUID, ...]


def read_agreement(sent: Mapping[str, Any]) -> AgreementTerms:
    """An agreement from its fields (reference, title, starts_on, ends_on, adherents_only). Raises Invalid."""
    faults = Faults()
    reference = faults.line(sent["reference"], "reference", "Indiquez la référence du marché, par exemple 2026-CYBER.")
    title = faults.line(sent["title"], "title", "Indiquez l’objet du marché.")
    starts_on, ends_on = faults.period(sent["starts_on"], sent["ends_on"])
    faults.raise_any()
    return AgreementTerms(reference, title, starts_on, ends_on, bool(sent["adherents_only"]))


def read_lot(sent: Mapping[str, Any]) -> LotTerms:
    """A lot from its fields (number, title, assignment, maximum in euros, holders in their order). Raises Invalid."""
    faults = Faults()
    number = faults.whole(sent["number"], "number", 1, 999)
    title = faults.line(sent["title"], "title", "Indiquez l’objet du lot.")
    if sent["assignment"] not in ASSIGNMENTS:
        faults.refuse("assignment", "Choisissez comment les commandes sont attribuées.")
    maximum = cents(sent["maximum"])
    if maximum is None or not 0 < maximum <= BIGGEST_LOT:
        faults.refuse("maximum", f"Indiquez le maximum du lot en euros HT, par exemple 100{NBSP}000.")
    holders: Sequence[UUID | None] = sent["holders"]
    known = [holder for holder in holders if holder is not None]
    if len(set(known)) != len(known):
        faults.refuse("holders", "Un prestataire ne peut tenir qu’un rang.")
    if len(known) > MOST_HOLDERS:
        faults.refuse("holders", f"Un lot a {MOST_HOLDERS} titulaires au plus.")
    if sent["assignment"] == "single" and len(known) > 1:
        faults.refuse("holders", "Un lot à titulaire unique n’en a qu’un.")
    faults.raise_any()
    return LotTerms(number, title, sent["assignment"], maximum or 0, tuple(known))


def long_duration(terms: AgreementTerms) -> str:
    """A sentence when the agreement lasts longer than the law's ordinary limit, else nothing."""
    try:
        limit = terms.starts_on.replace(year=terms.starts_on.year + LONGEST_YEARS) - timedelta(days=1)
    except ValueError:  # 29 February
        limit = terms.starts_on.replace(year=terms.starts_on.year + LONGEST_YEARS, day=28)
    if terms.ends_on <= limit:
        return ""
    return (
        f"Cet accord-cadre dure plus de quatre ans (au-delà du {day(limit)}){NBSP}: la durée d’un accord-cadre est de "
        "quatre ans au plus, sauf exception justifiée (code de la commande publique, L. 2125-1)."
    )
