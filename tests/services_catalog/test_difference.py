"""The difference between two schedules: what whoever publishes reads before they do."""

from typing import Any

import pytest

from kit.db import uuid7
from services_catalog.rules.bpu_line import BpuLine
from services_catalog.rules.difference import compare
from tests.services_catalog.test_bpu import TERMS

EXERCISE, AUDIT = uuid7(), uuid7()


def a_line(**columns: Any) -> BpuLine:
    values: dict[str, Any] = {
        "row": 1,
        "code": "EX-01",
        "label": "Exercice",
        "service_id": EXERCISE,
        "unit": "day",
        "measure": "none",
        "size_from": None,
        "size_to": None,
        "tariff": "all",
        "unit_cents": 100_000,
        "vat_permille": 200,
        "starts_on": TERMS.starts_on,
        "ends_on": TERMS.ends_on,
    }
    return BpuLine(**values | columns)


def said(before: BpuLine, after: BpuLine) -> list[tuple[str, str, str]]:
    changes = compare([before], [after])
    return [(one.kind, one.detail.replace("\N{NO-BREAK SPACE}", " "), one.percent) for one in changes]


@pytest.mark.parametrize(
    ("columns", "changes"),
    [
        ({}, [("same", "jour", "")]),
        ({"unit_cents": 110_000}, [("dearer", "jour", "+10\N{NO-BREAK SPACE}%")]),
        # Six hundred euros by the half-day are not forty percent less than a thousand by the day.
        ({"unit": "half_day", "unit_cents": 60_000}, [("added", "demi-journée", ""), ("removed", "jour", "")]),
        ({"service_id": AUDIT, "unit_cents": 90_000}, [("added", "jour", ""), ("removed", "jour", "")]),
        ({"label": "Exercice complet"}, [("reworded", "jour", "")]),
        ({"vat_permille": 55}, [("reworded", "jour, TVA de 20 % à 5,5 %", "")]),
        (
            {"vat_permille": 55, "unit_cents": 90_000},
            [("cheaper", "jour, TVA de 20 % à 5,5 %", "\N{MINUS SIGN}10\N{NO-BREAK SPACE}%")],
        ),
    ],
)
def test_a_change_says_what_changes(columns: dict[str, Any], changes: list[tuple[str, str, str]]) -> None:
    assert said(a_line(), a_line(**columns)) == changes
