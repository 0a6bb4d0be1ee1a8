"""When an invoice is due, and the sentence that says it. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from kit.french import count, day

LEGAL_DAYS = 30  # where the issuer says nothing of a kind of customer


def delay(kind: str, terms: Mapping[str, Any], own_days: int | None = None) -> int:
    """Days to pay: the customer's own, else those of its kind (`terms`)."""
    return int(terms.get(kind, LEGAL_DAYS)) if own_days is None else own_days


def due_on(issued_on: date, days: int, is_credit: bool = False) -> date:
    """The last day to pay; a credit note may be used from its own day."""
    return issued_on if is_credit else issued_on + timedelta(days=days)


def terms_sentence(due: date, days: int, is_credit: bool = False) -> str:
    """What BT-20 says."""
    if is_credit:
        return "Avoir à déduire de vos factures, ou à rembourser s’il n’en reste pas à payer."
    if not days:
        return "Paiement à réception de la facture."
    return f"Paiement à {count(days, 'jour')} à compter de la facture, soit le {day(due)} au plus tard."
