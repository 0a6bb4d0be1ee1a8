"""Amounts as they are typed: to the cent, never rounded, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.amounts import LARGEST_CENTS, read_cents, write_cents
from kit.errors import Invalid
from kit.french import money


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1 234,56", 123_456),
        ("1234.56", 123_456),
        ("1\u202f234,56\u00a0€", 123_456),
        ("1.234,56", 123_456),
        ("1,234.56", 123_456),
        ("12 000", 1_200_000),
        ("12,5 euros", 1_250),
        ("+0,01", 1),
        ("0", 0),
        ("00012", 1_200),
        ("999 999 999,99", LARGEST_CENTS),
    ],
)
def test_an_amount_is_read_to_the_cent(text: str, cents: int) -> None:
    assert read_cents(text, "amount") == cents


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Indiquez un montant"),
        ("€", "Indiquez un montant"),
        ("12,345", "deux décimales"),
        ("1.234", "deux décimales"),
        ("1 234,567", "deux décimales"),
        ("-5", "négatif"),
        ("−5,00", "négatif"),
        ("1 000 000 000", "dépasse"),
        ("9" * 5000, "ne se lit pas"),
        ("douze", "ne se lit pas"),
        ("1e5", "ne se lit pas"),
        ("12 34", "ne se lit pas"),
        ("1,2,3", "ne se lit pas"),
        ("٣٤", "ne se lit pas"),
        ("1\x00", "ne se lit pas"),
        ("$12", "ne se lit pas"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_field(text: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        read_cents(text, "lines.2.amount")
    assert list(refused.value.fields) == ["lines.2.amount"]


@given(st.integers(0, LARGEST_CENTS))
def test_what_we_write_is_read_back(cents: int) -> None:
    assert read_cents(write_cents(cents), "x") == cents == read_cents(money(cents), "x")


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_amount_or_a_sentence(text: str) -> None:
    refusals = []
    try:
        assert 0 <= read_cents(text, "x") <= LARGEST_CENTS
    except Invalid as refused:
        refusals.append(refused)
    assert all(refused.fields.keys() == {"x"} for refused in refusals)
