"""What may be written on a draft: references, period, words of lines; amounts only where nothing was agreed. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from billing.rules.amounts import read_cents
from billing.rules.readiness import LONGEST_ENGAGEMENT, LONGEST_SERVICE_CODE
from campaigns.rules.form.reading import tidy
from kit.errors import Invalid
from kit.french import NBSP, count
from kit.typed import number

NOT_SAVED = "Le brouillon n’est pas enregistré."
LONGEST = {
    "engagement_number": LONGEST_ENGAGEMENT,
    "service_code": LONGEST_SERVICE_CODE,
    "purchaser_reference": 100,
}
LONGEST_DESIGNATION, LONGEST_DETAIL = 200, 1_000
MOST_UNITS = 100_000
MOST_AT_ONCE = 500  # drafts that one form or one request names
FIRST_YEAR, LAST_YEAR = 2000, 2100
DATES = ("period_starts_on", "period_ends_on", "delivered_on")


@dataclass(frozen=True, slots=True)
class LineWords:
    """What is written on a line; `quantity` and `unit_cents` (excluding VAT) are None where they were agreed."""

    designation: str
    detail: str
    quantity: int | None = None
    unit_cents: int | None = None


@dataclass(frozen=True, slots=True)
class DraftWords:
    """What is written on a draft. Dates may be None; `lines` by the identifier of each."""

    engagement_number: str
    service_code: str
    purchaser_reference: str
    period_starts_on: date | None
    period_ends_on: date | None
    delivered_on: date | None
    lines: Mapping[UUID, LineWords]


def read_words(typed: Mapping[str, Any], lines: Collection[UUID], priced: Collection[UUID]) -> DraftWords:
    """The words as typed or sent; fields of a line are `line-<identifier>-designation` (detail, quantity, unit).

    `priced` are the lines whose amounts may be written. Raises Invalid, which names the fields.
    """
    wrong: dict[str, str] = {}
    references = {name: _reference(name, typed, wrong) for name in LONGEST}
    dates = {name: _date(name, typed, wrong) for name in DATES}
    starts, ends = dates["period_starts_on"], dates["period_ends_on"]
    if starts and ends and ends < starts:
        wrong["period_ends_on"] = "La période finit avant d’avoir commencé."
    if (starts is None) != (ends is None) and not wrong:
        wrong["period_ends_on" if starts else "period_starts_on"] = (
            f"Une période a un premier et un dernier jour{NBSP}: indiquez les deux, ou aucun."
        )
    read = {line_id: read_line(typed, f"line-{line_id}", line_id in priced, wrong) for line_id in lines}
    if wrong:
        raise Invalid(NOT_SAVED, wrong)
    return DraftWords(
        references["engagement_number"],
        references["service_code"],
        references["purchaser_reference"],
        starts,
        ends,
        dates["delivered_on"],
        read,
    )


def read_line(typed: Mapping[str, Any], prefix: str, is_priced: bool, wrong: dict[str, str]) -> LineWords:
    """The words of a line, its fields beginning with `prefix`; what is wrong goes into `wrong`."""
    designation = " ".join(tidy(str(typed.get(f"{prefix}-designation") or "")).split())
    detail = tidy(str(typed.get(f"{prefix}-detail") or ""))
    if not designation:
        wrong[f"{prefix}-designation"] = "Dites en quelques mots ce qui est facturé."
    elif len(designation) > LONGEST_DESIGNATION:
        wrong[f"{prefix}-designation"] = f"Écrivez {count(LONGEST_DESIGNATION, 'caractère')} au plus."
    if len(detail) > LONGEST_DETAIL:
        wrong[f"{prefix}-detail"] = f"Écrivez {count(LONGEST_DETAIL, 'caractère')} au plus."
    if not is_priced:
        return LineWords(designation, detail)
    quantity = number(str(typed.get(f"{prefix}-quantity") or "").strip())
    if not quantity or quantity > MOST_UNITS:
        wrong[f"{prefix}-quantity"] = f"Écrivez un nombre entier entre 1 et {count(MOST_UNITS, 'unité')}."
    return LineWords(designation, detail, quantity or 1, _cents(typed, f"{prefix}-unit", wrong))


def read_day(text: str) -> date | None:
    """`2026-12-01`, of this century. Raises ValueError."""
    if not text.strip():
        return None
    found = date.fromisoformat(text.strip()[:12])
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(text)
    return found


def _cents(typed: Mapping[str, Any], field: str, wrong: dict[str, str]) -> int:
    try:
        cents = read_cents(str(typed.get(field) or ""), field)
    except Invalid as error:
        wrong.update(error.fields)
        return 0
    if cents == 0:
        wrong[field] = "Indiquez un prix au-dessus de zéro."
    return cents


def _reference(name: str, typed: Mapping[str, Any], wrong: dict[str, str]) -> str:
    text = tidy(str(typed.get(name) or ""))
    if len(text) > LONGEST[name] or "\n" in text:
        wrong[name] = f"Écrivez {count(LONGEST[name], 'caractère')} au plus, sur une ligne."
    return text


def _date(name: str, typed: Mapping[str, Any], wrong: dict[str, str]) -> date | None:
    try:
        return read_day(str(typed.get(name) or ""))
    except ValueError:
        wrong[name] = "Ce jour n’existe pas, ou n’est pas de ce siècle."
        return None
