"""What is typed of a subscription and of its end. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from billing.rules.amounts import read_cents
from billing.rules.states import PERIODS, PRORATIONS
from campaigns.rules.form import tidy
from kit.errors import Invalid
from kit.french import NBSP, day
from kit.typed import identifier
from services_catalog.rules.figures import read_day

NOT_SAVED = "L’abonnement n’est pas enregistré."
NOT_ENDED = "L’abonnement n’est pas terminé."
LONGEST_TITLE, LONGEST_ENGAGEMENT = 200, 50
# A date mistyped by a century would make a thousand drafts.
FURTHEST_BACK, FURTHEST_AHEAD = timedelta(days=3 * 366), timedelta(days=10 * 366)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a subscription is: `period_cents` excluding VAT for a whole period; last day included, None: no end."""

    title: str
    period: str
    period_cents: int
    proration: str
    starts_on: date
    ends_on: date | None
    service_id: UUID | None
    engagement_number: str


def read_terms(typed: Mapping[str, Any], on: date) -> Terms:
    """The terms as typed or sent. Raises Invalid, with a sentence by field."""
    wrong: dict[str, str] = {}
    title = " ".join(tidy(str(typed.get("title") or "")).split())
    if not title or len(title) > LONGEST_TITLE:
        wrong["title"] = f"Dites à quoi l’organisme est abonné, en {LONGEST_TITLE} caractères au plus."
    engagement = " ".join(tidy(str(typed.get("engagement_number") or "")).split())
    if len(engagement) > LONGEST_ENGAGEMENT:
        wrong["engagement_number"] = f"{LONGEST_ENGAGEMENT} caractères au plus."
    if typed.get("period") not in PERIODS:
        wrong["period"] = f"Choisissez la période{NBSP}: le mois, le trimestre ou l’année."
    if typed.get("proration") not in PRORATIONS:
        wrong["proration"] = "Dites ce qui est dû pour une période incomplète."
    starts, ends = _dates(typed, on, wrong)
    service = identifier(str(typed.get("service_id") or ""))
    if typed.get("service_id") and service is None:
        wrong["service_id"] = "Choisissez dans la liste."
    cents = _amount(typed, wrong)
    if wrong or starts is None:
        raise Invalid(NOT_SAVED, wrong)
    return Terms(title, str(typed["period"]), cents, str(typed["proration"]), starts, ends, service, engagement)


def read_end(typed: Any, starts_on: date) -> date:
    """The last day of a subscription. Raises Invalid (field ends_on)."""
    last = read_day(typed)
    if last is None:
        raise Invalid(NOT_ENDED, {"ends_on": f"Écrivez le dernier jour, par exemple 30/06/2027{NBSP}: il est compris."})
    if last < starts_on:
        raise Invalid(NOT_ENDED, {"ends_on": f"Cet abonnement commence le {day(starts_on)}{NBSP}: il finit après."})
    return last


def _amount(typed: Mapping[str, Any], wrong: dict[str, str]) -> int:
    sent = typed.get("period_cents")
    if isinstance(sent, int):
        cents = sent
    else:
        try:
            cents = read_cents(str(typed.get("amount") or ""), "amount")
        except Invalid as error:
            wrong |= error.fields
            return 0
    if cents <= 0:
        wrong["period_cents" if isinstance(sent, int) else "amount"] = "Un abonnement a un prix supérieur à zéro."
    return cents


def _dates(typed: Mapping[str, Any], on: date, wrong: dict[str, str]) -> tuple[date | None, date | None]:
    starts = read_day(typed.get("starts_on"))
    if starts is None:
        wrong["starts_on"] = "Écrivez le premier jour, par exemple 01/01/2027."
    elif not on - FURTHEST_BACK <= starts <= on + FURTHEST_AHEAD:
        wrong["starts_on"] = "Un abonnement commence il y a trois ans au plus, et dans dix ans au plus."
    last = typed.get("ends_on")
    if last in (None, ""):
        return starts, None
    ends = read_day(last)
    if ends is None:
        wrong["ends_on"] = "Écrivez le dernier jour, par exemple 31/12/2027, ou rien."
    elif starts is not None and ends < starts:
        wrong["ends_on"] = "Le dernier jour vient après le premier."
    return starts, ends
