"""A VAT rule as it is typed, the list of reasons that exempt, and who pays what. Pure."""

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from uuid import UUID

from billing.rules.states import CUSTOMER_STATUSES, SUBJECTS, VAT_CATEGORIES
from billing.rules.vat import Regime, Rule, find, inside, read_rate
from campaigns.rules.form.reading import tidy
from kit.errors import Invalid
from kit.french import NBSP

NOT_SAVED = "La règle n’est pas enregistrée."
CATEGORY_LABELS = {
    "S": "TVA à un taux",
    "E": "Exonéré de TVA",
    "O": "Hors champ de la TVA",
    "Z": "Taux zéro",
}
LONGEST_TEXT = 300
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
# What the preview is worked out on: a price agreed VAT included.
SAMPLE_CENTS = 100_000


@dataclass(frozen=True, slots=True)
class Reason:
    """Why VAT is not charged: a code of the list VATEX, its name here, the sentence of the invoice."""

    category: str
    code: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class RuleDetails:
    """A rule, checked. None: of all."""

    service_id: UUID | None
    subject: str | None
    status: str | None
    starts_on: date
    category: str
    rate: int
    exemption_text: str
    exemption_code: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a status pays for a subject: the rule that decides, its regime, and the sample shared by it."""

    status: str
    rule: Rule | None
    regime: Regime | None
    net_cents: int
    vat_cents: int


@cache
def reasons() -> Mapping[str, Reason]:
    """The reasons, by code, the usual ones first."""
    text = (files("billing") / "data" / "vatex.csv").read_text(encoding="utf-8")
    found = [Reason(**row) for row in csv.DictReader(text.splitlines(), delimiter=";")]
    return MappingProxyType({one.code: one for one in found})


def read_rule(typed: Mapping[str, Any], services: Collection[UUID]) -> RuleDetails:
    """The rule as typed: `service_id`, `starts_on` already read (None when they are none), `rate` in per cent.

    Raises Invalid, with a sentence by field.
    """
    wrong: dict[str, str] = {}
    category = str(typed.get("category") or "")
    if category not in VAT_CATEGORIES:
        wrong["category"] = "Choisissez le régime de TVA."
    starts_on = typed.get("starts_on")
    if not isinstance(starts_on, date) or not FIRST_DAY <= starts_on <= LAST_DAY:
        wrong["starts_on"] = "Indiquez le premier jour de la règle, par exemple 1 1 2026."
    service_id = typed.get("service_id")
    if service_id is not None and service_id not in services:
        wrong["service_id"] = "Cette prestation n’est pas au catalogue."
    rate = _rate(typed, category, wrong)
    text, code = _reason(typed, category, wrong)
    subject, status = (_scope(typed, name, known, wrong) for name, known in _SCOPES)
    if wrong or not isinstance(starts_on, date):
        raise Invalid(NOT_SAVED, wrong)
    return RuleDetails(service_id, subject, status, starts_on, category, rate, text, code)


def who_pays(rules: Iterable[Rule], service_id: UUID | None, subject: str, on: date) -> list[Cell]:
    """What each status pays for a subject on a day."""
    table, cells = list(rules), []
    for status in CUSTOMER_STATUSES:
        rule = find(table, service_id=service_id, subject=subject, status=status, on=on)
        regime = Regime(rule.category, rule.rate, rule.exemption_text, rule.exemption_code) if rule else None
        net, vat = inside(SAMPLE_CENTS, regime) if regime else (SAMPLE_CENTS, 0)
        cells.append(Cell(status, rule, regime, net, vat))
    return cells


def _rate(typed: Mapping[str, Any], category: str, wrong: dict[str, str]) -> int:
    if category != "S":
        return 0
    rate = read_rate(str(typed.get("rate") or ""))
    if not rate:
        wrong["rate"] = "Indiquez un taux en pour cent, de 0,01 à 100, par exemple 20 ou 5,5."
    return rate or 0


def _reason(typed: Mapping[str, Any], category: str, wrong: dict[str, str]) -> tuple[str, str]:
    """The sentence and the code of what is not taxed; the list's own sentence when none is typed."""
    if category not in ("E", "O"):
        return "", ""
    code = str(typed.get("exemption_code") or "").strip()
    known = reasons().get(code)
    if code and (known is None or known.category != category):
        wrong["exemption_code"] = f"Ce motif n’est pas celui de «{NBSP}{CATEGORY_LABELS[category]}{NBSP}»."
    text = " ".join(tidy(str(typed.get("exemption_text") or "")).split()) or (known.text if known else "")
    if not text:
        wrong["exemption_text"] = "Écrivez la phrase que la facture doit porter, ou choisissez un motif."
    elif len(text) > LONGEST_TEXT:
        wrong["exemption_text"] = f"Écrivez {LONGEST_TEXT} caractères au plus."
    return text, code


def _scope(typed: Mapping[str, Any], name: str, known: tuple[str, ...], wrong: dict[str, str]) -> str | None:
    value = str(typed.get(name) or "")
    if value and value not in known:
        wrong[name] = "Choisissez dans la liste."
    return value or None


_SCOPES = (("subject", SUBJECTS), ("status", CUSTOMER_STATUSES))
