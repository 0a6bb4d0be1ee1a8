"""A statement of account as a file: PDF, and CSV for a spreadsheet. The figures of the page."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from billing.gateway.figures_file import Cents, csv_of
from billing.rules.statement import Statement
from kit.typeset import typeset

HEADINGS = ("Date", "Pièce", "Libellé", "Débit", "Crédit", "Solde")


def make_pdf(words: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of a statement (billing.rules.statement.paper). The same words give the same bytes."""
    return typeset(_template(), words, at)


def write_csv(found: Statement) -> bytes:
    """The opening balance first, the closing balance last."""
    lines = [
        (
            line.entry.on,
            line.entry.piece,
            line.entry.wording,
            Cents(line.entry.debit_cents),
            Cents(line.entry.credit_cents),
            Cents(line.balance_cents),
        )
        for line in found.lines
    ]
    first = (found.since, "", "Solde au début", None, None, Cents(found.opening_cents))
    last = (found.until, "", "Solde à la fin", *_totals(found), Cents(found.closing_cents))
    return csv_of(HEADINGS, [first, *lines, last])


def _totals(found: Statement) -> tuple[Cents, Cents]:
    return Cents(found.debit_cents), Cents(found.credit_cents)


@cache
def _template() -> bytes:
    return (files("billing") / "data" / "statement.typ").read_bytes()
