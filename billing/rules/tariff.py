"""What is typed of the tariff of adhesion fees. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.rules.amounts import read_cents
from billing.rules.states import PRORATIONS
from kit.errors import Invalid
from kit.typed import number

NOT_SAVED = "Le tarif n’est pas enregistré."
FIRST_YEAR, LAST_YEAR = 2020, 2100
MOST_ESTABLISHMENTS = 9999


@dataclass(frozen=True, slots=True)
class TariffLine:
    """A line of a tariff: from so many open establishments, so much (cents, excluding VAT) a year."""

    from_establishments: int
    amount_cents: int
    proration: str


def read_year(text: str) -> int | None:
    """A year that may have a tariff."""
    year = number(text, 4)
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else None


def read_tariff(typed: Mapping[str, Any]) -> TariffLine:
    """A line as typed. Raises Invalid, with a sentence by field."""
    wrong: dict[str, str] = {}
    threshold = number(str(typed.get("from_establishments") or "").strip(), 4)
    if threshold is None:
        wrong["from_establishments"] = "Indiquez un nombre d’établissements, par exemple 1."
    cents = 0
    try:
        cents = read_cents(str(typed.get("amount") or ""), "amount")
        if not cents:
            wrong["amount"] = (
                "Une cotisation est supérieure à zéro\N{NO-BREAK SPACE}: sans cotisation, laissez sans tarif."
            )
    except Invalid as error:
        wrong |= error.fields
    if typed.get("proration") not in PRORATIONS:
        wrong["proration"] = "Choisissez dans la liste."
    if wrong or threshold is None:
        raise Invalid(NOT_SAVED, wrong)
    return TariffLine(threshold, cents, str(typed["proration"]))
