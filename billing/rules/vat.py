"""Which VAT a line bears, and how much of a price it is. Pure: rates in basis points (2000 = 20 %), cents."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from kit.french import NBSP

WHOLE = 10_000
_RATE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?")


class Rule(Protocol):
    """A row of the tenant's table: the regime of a service, a subject, a status (None: of all), from a day on."""

    service_id: UUID | None
    subject: str | None
    status: str | None
    starts_on: date
    category: str
    rate: int
    exemption_text: str
    exemption_code: str


@dataclass(frozen=True, slots=True)
class Regime:
    """The VAT of a line: its category (UNCL 5305), rate, and why it is not taxed (BT-120, BT-121)."""

    category: str
    rate: int
    exemption_text: str = ""
    exemption_code: str = ""

    @property
    def words(self) -> str:
        """« TVA 20 % », « Exonéré de TVA », « Hors champ de la TVA », « TVA 0 % »."""
        names = {"E": "Exonéré de TVA", "O": "Hors champ de la TVA"}
        return names.get(self.category) or f"TVA {percent(self.rate)}"


def tax_day(done_on: date | None, today: date) -> date:
    """The day whose rules and adhesions apply (the chargeable event): the end of a line's period or its delivery;
    today, until it is past.
    """
    return min(done_on or today, today)


def choose(rules: Iterable[Rule], *, service_id: UUID | None, subject: str, status: str, on: date) -> Regime | None:
    """The regime of a line on a day; None when no rule speaks of it."""
    rule = find(rules, service_id=service_id, subject=subject, status=status, on=on)
    return Regime(rule.category, rule.rate, rule.exemption_text, rule.exemption_code) if rule else None


def find(rules: Iterable[Rule], *, service_id: UUID | None, subject: str, status: str, on: date) -> Rule | None:
    """The rule that decides: the service before the subject before everything, then the status before every status,
    then the latest that has begun.
    """
    asked = (service_id, subject, status)
    fit = [
        rule
        for rule in rules
        if rule.starts_on <= on and all(said in (None, wanted) for said, wanted in zip(_said(rule), asked, strict=True))
    ]
    return max(fit, key=_precision, default=None)


def inside(
    total_cents: int, regime: Regime, quoted_vat_cents: int | None = None, quoted_rate: int | None = None
) -> tuple[int, int]:
    """(net, VAT) of a price that was agreed VAT included: it is never exceeded, nor reduced.

    At the quote's own rate, the VAT that was quoted; at another, net = total / (1 + rate) rounded half up to the cent;
    where nothing is taxed, the whole price is net.
    """
    if not regime.rate:
        return total_cents, 0
    if quoted_vat_cents is not None and quoted_rate == regime.rate:
        return total_cents - quoted_vat_cents, quoted_vat_cents
    with_vat = WHOLE + regime.rate
    net = (2 * total_cents * WHOLE + with_vat) // (2 * with_vat)
    return net, total_cents - net


def on_top(net_cents: int, regime: Regime) -> int:
    """The VAT of an amount that is known excluding it, rounded half up to the cent."""
    return (net_cents * regime.rate + WHOLE // 2) // WHOLE


def read_rate(text: str) -> int | None:
    """A rate typed in per cent (« 20 », « 5,5 »), in basis points; None when it is none, or above 100 %."""
    found = _RATE.fullmatch(text.strip().removesuffix("%").strip().replace(",", "."))
    if found is None:
        return None
    rate = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    return rate if rate <= WHOLE else None


def percent(rate: int) -> str:
    """« 20 % », « 5,5 % », « 8,75 % »."""
    whole, rest = divmod(rate, 100)
    decimals = f",{rest:02}".rstrip("0") if rest else ""
    return f"{whole}{decimals}{NBSP}%"


def _said(rule: Rule) -> tuple[UUID | None, str | None, str | None]:
    return rule.service_id, rule.subject, rule.status


def _precision(rule: Rule) -> tuple[bool, bool, bool, date]:
    return rule.service_id is not None, rule.subject is not None, rule.status is not None, rule.starts_on
