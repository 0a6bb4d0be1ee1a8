"""The statement of an account as a file to take away: PDF, and CSV for a spreadsheet. The figures of the page."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from bookings.rules.time_statement import Statement
from kit.typeset import typeset
from services_catalog.gateway.spreadsheet import FORMULA_SIGNS

HEADINGS = (
    "Date",
    "Mouvement",
    "Précision",
    "Disponible (variation)",
    "Réservé (variation)",
    "Disponible (solde)",
    "Réservé (solde)",
)


def make_pdf(words: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of a statement (bookings.rules.time_paper). The same words give the same bytes."""
    return typeset(_template(), words, at)


def write_csv(statement: Statement) -> bytes:
    """UTF-8 with its mark and semicolons; the opening balance first. What people wrote is never taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    opening = statement.opening
    writer.writerow([statement.since.isoformat(), "Solde de départ", "", "", "", opening.available, opening.reserved])
    for line in statement.lines:
        words = [_as_text(line.label), _as_text(line.detail)]
        figures = [line.available, line.reserved, line.after.available, line.after.reserved]
        writer.writerow([line.on.isoformat(), *words, *figures])
    return out.getvalue().encode("utf-8-sig")


def _as_text(words: str) -> str:
    return f"'{words}" if words[:1] in FORMULA_SIGNS else words


@cache
def _template() -> bytes:
    return (files("bookings") / "data" / "time_statement.typ").read_bytes()
