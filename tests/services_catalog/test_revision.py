"""The revision formula: its coefficient, its rounding, its words, and what it cannot be."""

from decimal import Decimal
from typing import Any

import pytest

from kit.errors import Invalid
from services_catalog.rules.revision import read_formula
from tests.services_catalog.bpu_files import FORMULA


@pytest.mark.parametrize(
    ("value", "change", "ppm"),
    [
        ("310.6", {}, 1_000_000),
        ("317.18", {}, 1_018_000),  # 1.018007…
        ("317.18", {"rounding": "up"}, 1_019_000),
        ("317.18", {"digits": 6}, 1_018_007),
        ("317.18", {"fixed": "0"}, 1_021_000),
        ("300", {}, 971_000),  # 0.970991…
        ("310.965", {"digits": 2, "rounding": "up"}, 1_010_000),
        ("310.9655", {"digits": 3}, 1_001_000),  # 1.00100…
    ],
)
def test_the_coefficient_is_rounded_as_it_says(value: str, change: dict[str, Any], ppm: int) -> None:
    assert read_formula(FORMULA | change).coefficient_ppm(Decimal(value)) == ppm


def test_half_goes_up() -> None:
    formula = read_formula(FORMULA | {"base_value": "200", "fixed": "0", "digits": 2})
    assert formula.coefficient_ppm(Decimal("201")) == 1_010_000  # 1.005


def test_it_is_said_in_french_and_kept_as_it_is() -> None:
    formula = read_formula(FORMULA)
    assert formula.sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "0,15 + 0,85 × Syntec / 310,6 (valeur du 1er avril 2025), arrondi au plus proche à 3 décimales"
    )
    assert read_formula(formula.as_json()) == formula


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("index", ""),
        ("index", "a\x00b"),
        ("index", "x" * 101),
        ("base_value", "0"),
        ("base_value", "-3"),
        ("base_value", "NaN"),
        ("base_on", "hier"),
        ("fixed", "1"),
        ("fixed", "-0,1"),
        ("digits", 0),
        ("digits", 7),
        ("digits", "1,5"),
        ("rounding", "down"),
    ],
)
def test_what_it_cannot_be_is_told_by_field(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        read_formula(FORMULA | {field: value})
    assert refused.value.fields.keys() == {field}
