"""What the market answers: a price with its explanation, or why there is none.

Every amount is whole cents. Rounded half up to the cent, in this order: the unit price times the revision; then the
VAT on the net amount (unit price times quantity), once.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from kit.french import NBSP, day
from services_catalog.rules.bracket import bracket_in_words
from services_catalog.rules.market import Holder, Line, Lot, Revision
from services_catalog.rules.states import TARIFF_LABELS, UNIT_LABELS

UNCHANGED = 1_000_000


@dataclass(frozen=True, slots=True)
class Unpriced:
    """No price applies: why, and the size (or "adherent") that would decide if it were known."""

    sentence: str
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A line as a holder sells it on a day: its revised unit price, and since when."""

    lot: Lot
    holder: Holder
    line: Line
    coefficient_ppm: int
    unit_cents: int
    since_on: date

    @property
    def sentence(self) -> str:
        """« Lot 2, ligne EX-02, tranche 2 à 5 établissements, tarif adhérent en vigueur depuis le … »."""
        line = self.line
        bracket = bracket_in_words(line.measure, line.size_from, line.size_to)
        parts = [
            f"Lot{NBSP}{self.lot.number}",
            f"ligne {line.code}",
            f"tranche {bracket}" if bracket else "",
            f"{TARIFF_LABELS[line.tariff]} en vigueur depuis le {day(self.since_on)}",
            f"révisé de {percent(self.coefficient_ppm)}" if self.coefficient_ppm != UNCHANGED else "",
        ]
        return ", ".join(filter(None, parts))


class Priced(NamedTuple):
    """A price for a facility, a day and a quantity. (A tuple: half a million are made in a second.)"""

    offer: Offer
    quantity: int
    net_cents: int
    vat_cents: int
    total_cents: int

    @property
    def lot_id(self) -> UUID:
        """The lot the order would take from."""
        return self.offer.lot.id

    @property
    def lot_number(self) -> int:
        """The lot's number in its agreement."""
        return self.offer.lot.number

    @property
    def provider_id(self) -> UUID:
        """Whose price it is."""
        return self.offer.holder.provider_id

    @property
    def provider_name(self) -> str:
        """What the provider is called."""
        return self.offer.holder.name

    @property
    def line_id(self) -> UUID:
        """The line of the schedule."""
        return self.offer.line.id

    @property
    def code(self) -> str:
        """The line's code."""
        return self.offer.line.code

    @property
    def unit(self) -> str:
        """What is counted: a word of services_catalog.rules.states.UNITS."""
        return self.offer.line.unit

    @property
    def unit_label(self) -> str:
        """« demi-journée »."""
        return UNIT_LABELS[self.offer.line.unit]

    @property
    def unit_cents(self) -> int:
        """The price of one, revised, excluding VAT."""
        return self.offer.unit_cents

    @property
    def vat_permille(self) -> int:
        """200 for 20 %."""
        return self.offer.line.vat_permille

    @property
    def sentence(self) -> str:
        """Where the price comes from, in French."""
        return self.offer.sentence

    def as_json(self) -> dict[str, Any]:
        """Everything the price rests on, to be kept and read again as it is."""
        line = self.offer.line
        return {
            "lot_id": str(self.lot_id),
            "lot_number": self.lot_number,
            "agreement": self.offer.lot.agreement.reference,
            "provider_id": str(self.provider_id),
            "provider_name": self.provider_name,
            "line_id": str(self.line_id),
            "code": self.code,
            "unit": self.unit,
            "measure": line.measure,
            "size_from": line.size_from,
            "size_to": line.size_to,
            "tariff": line.tariff,
            "base_cents": line.unit_cents,
            "coefficient_ppm": self.offer.coefficient_ppm,
            "since_on": self.offer.since_on.isoformat(),
            "unit_cents": self.unit_cents,
            "quantity": self.quantity,
            "net_cents": self.net_cents,
            "vat_permille": self.vat_permille,
            "vat_cents": self.vat_cents,
            "total_cents": self.total_cents,
            "sentence": self.sentence,
        }


def offer(lot: Lot, holder: Holder, line: Line, revision: Revision | None) -> Offer:
    """The line of a holder, under the revision that applies. It is as old as the younger of the two."""
    if revision is None:
        return Offer(lot, holder, line, UNCHANGED, line.unit_cents, line.starts_on)
    since_on = max(line.starts_on, revision.starts_on)
    coefficient = revision.coefficient_ppm
    return Offer(lot, holder, line, coefficient, revised(line.unit_cents, coefficient), since_on)


def revised(unit_cents: int, coefficient_ppm: int) -> int:
    """A unit price times a coefficient, rounded half up to the cent."""
    return (unit_cents * coefficient_ppm + UNCHANGED // 2) // UNCHANGED


def percent(coefficient_ppm: int) -> str:
    """« +1,8 % », « −0,25 % »: what a coefficient changes, with the decimals it needs and no other."""
    change = coefficient_ppm - UNCHANGED
    whole, parts = divmod(abs(change), 10_000)
    decimals = f"{parts:04}".rstrip("0")
    sign = "\N{MINUS SIGN}" if change < 0 else "+"
    return f"{sign}{whole}{',' if decimals else ''}{decimals}{NBSP}%"
