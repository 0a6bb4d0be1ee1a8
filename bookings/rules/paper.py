"""What the paper of a quote or of an order says, word for word, as texts ready to be set. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from bookings.rules.details import shown_contact
from kit.french import NBSP, day, grouped, money, siret
from services_catalog.rules.states import UNIT_LABELS

Words = dict[str, Any]
MARKET = (
    "Accord-cadre exécuté par bons de commande (code de la commande publique, articles R. 2162-13 et R. 2162-14). Les "
    "prix sont ceux de son bordereau, sans remise en concurrence."
)


class Quoted(Protocol):
    """A quote, as its paper reads it."""

    number: str
    quantity: int
    unit_cents: int
    net_cents: int
    vat_cents: int
    vat_permille: int
    total_cents: int
    ars_cents: int
    remainder_cents: int
    sentence: str
    terms: dict[str, Any]
    valid_until: date


class Ordered(Protocol):
    """An order, as its paper reads it."""

    number: str
    purchaser_reference: str
    engagement_number: str
    service_code: str
    contact: dict[str, Any]


def quote_words(quote: Quoted, lot_title: str, ars: str, drawn_on: date) -> Words:
    """The paper of a quote, drawn up on a day."""
    return _money(quote, lot_title, ars) | {
        "kind": "Devis",
        "number": quote.number,
        "dated": f"Établi le {day(drawn_on)}",
        "until": f"Valable jusqu’au {day(quote.valid_until)} inclus",
        "references": [],
        "contact": [],
        "standing": "",
    }


def order_words(order: Ordered, quote: Quoted, lot_title: str, ars: str, dated: str, standing: str) -> Words:
    """The paper of an order. `dated` says when it was placed and by whom, `standing` that it is not, or no longer."""
    references = [
        ("Devis", quote.number),
        ("Référence de l’acheteur", order.purchaser_reference),
        ("Numéro d’engagement", order.engagement_number),
        ("Code service", order.service_code),
    ]
    return _money(quote, lot_title, ars) | {
        "kind": "Bon de commande",
        "number": order.number,
        "dated": dated,
        "until": "",
        "references": [(label, value) for label, value in references if value],
        "contact": shown_contact(order.contact),
        "standing": standing,
    }


def rate(permille: int) -> str:
    """« 20 % », « 5,5 % »."""
    whole, tenth = divmod(permille, 10)
    return f"{whole}{f',{tenth}' if tenth else ''}{NBSP}%"


def _money(quote: Quoted, lot_title: str, ars: str) -> Words:
    terms = quote.terms
    return {
        "buyer": _buyer(terms),
        "provider": [terms["provider"]["name"], *_number("SIRET", terms["provider"]["siret"])],
        "market": f"Marché {terms['agreement']}, lot {terms['lot_number']} «{NBSP}{lot_title}{NBSP}»",
        "code": terms["code"],
        "service": terms["service"],
        "unit": UNIT_LABELS[terms["unit"]],
        "quantity": grouped(quote.quantity),
        "unit_price": money(quote.unit_cents),
        "net": money(quote.net_cents),
        "vat_rate": rate(quote.vat_permille),
        "vat": money(quote.vat_cents),
        "total": money(quote.total_cents),
        "payers": _payers(quote, ars),
        "conditions": [
            f"{quote.sentence}.",
            *filter(None, [terms["share"]]),
            terms["cancellation"],
            MARKET,
        ],
    }


def _buyer(terms: Mapping[str, Any]) -> list[str]:
    buyer, site = terms["buyer"], terms["site"]
    lines = [buyer["name"], f"FINESS juridique {buyer['finess_ej']}", *_number("SIREN", buyer["siren"])]
    if site:
        lines += [f"Pour {site['name']}", f"FINESS géographique {site['finess_et']}", *_number("SIRET", site["siret"])]
    return lines


def _payers(quote: Quoted, ars: str) -> list[tuple[str, str]]:
    parts = [(ars, quote.ars_cents), (quote.terms["buyer"]["name"], quote.remainder_cents)]
    return [(name, money(cents)) for name, cents in parts if cents or not quote.total_cents]


def _number(label: str, number: str | None) -> list[str]:
    if not number:
        return []
    shown = siret(number) if len(number) == 14 else NBSP.join([number[0:3], number[3:6], number[6:9]])
    return [f"{label} {shown}"]
