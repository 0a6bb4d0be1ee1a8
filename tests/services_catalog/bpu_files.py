"""Price schedules as files, for tests: lines by their columns, written as people would."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from kit.actor import Actor
from services_catalog.models import Lot, PriceSchedule, Service
from services_catalog.service.schedule import NewSchedule, import_schedule
from services_catalog.service.schedule_publication import publish_schedule
from tests.services_catalog.market import Supplier

HEADINGS = [
    "Code",
    "Désignation",
    "Prestation",
    "Unité",
    "Tranche",
    "De",
    "À",
    "Tarif",
    "Prix HT",
    "TVA",
    "Début",
    "Fin",
]
FORMULA = {"index": "Syntec", "base_value": "310,6", "base_on": "2025-04-01", "fixed": "0,15", "digits": 3}


def a_line(code: str, service: Service | None = None, price: str = "1 500,00 €", **cells: Any) -> list[Any]:
    """A line, one price for everybody but for the cells given: measure, low, high, tariff, start, end."""
    slug = service.slug if service else ""
    measure, low, high = (cells.get(name, "") for name in ("measure", "low", "high"))
    dates = [cells.get("start", ""), cells.get("end", "")]
    return [
        code,
        f"Exercice {code}",
        slug,
        "exercice",
        measure,
        low,
        high,
        cells.get("tariff", ""),
        price,
        "20 %",
        *dates,
    ]


def a_file(*lines: list[Any]) -> bytes:
    """A CSV file as a French spreadsheet writes it."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([HEADINGS, *lines])
    return out.getvalue().encode("cp1252", "replace")


def a_draft(
    actor: Actor,
    lot: Lot,
    supplier: Supplier,
    *lines: list[Any],
    starts_on: date = date(2026, 1, 1),
    ends_on: date = date(2027, 12, 31),
    formula: Mapping[str, Any] | None = None,
) -> PriceSchedule:
    """An imported schedule."""
    sent = NewSchedule(supplier.provider.id, starts_on, ends_on, "bpu.csv", a_file(*lines), formula)
    return import_schedule(actor, lot.id, sent)


def published(actor: Actor, lot: Lot, supplier: Supplier, *lines: list[Any], **options: Any) -> PriceSchedule:
    """An imported and published schedule."""
    return publish_schedule(actor, a_draft(actor, lot, supplier, *lines, **options).id)
