"""Numbers: the key of every real one holds, and no single mistake passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finess.rules import numbers

first_eight = st.from_regex(r"([0-9][0-9AB])0[0-9]{5}", fullmatch=True)


@given(first_eight)
def test_a_made_key_holds(start: str) -> None:
    number = numbers.with_key(start)
    assert numbers.has_shape(number)
    assert numbers.key_holds(number)


@given(first_eight, st.integers(0, 8), st.sampled_from("0123456789"))
def test_one_wrong_digit_never_passes(start: str, at: int, digit: str) -> None:
    number = numbers.with_key(start)
    wrong = number[:at] + digit + number[at + 1 :]
    value = {"A": "1", "B": "2"}.get(number[at], number[at])
    assert numbers.key_holds(wrong) == (digit == value)


@pytest.mark.parametrize("number", ["2B0000020", "2B0005342", "2A0000170", "2A0002606", "970216057", "980600027"])
def test_corsica_and_overseas(number: str) -> None:
    assert numbers.has_shape(number)
    assert numbers.key_holds(number)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (" 35 000 001 2 ", "350000012"),
        ("35\xa0000\xa0001\xa02", "350000012"),
        ("2b 0000 020", "2B0000020"),
        ("350.000-012", "350000012"),
        ("350000012\u200b", "350000012"),
        ("FINESS 350000012", "350000012"),
        ("N° FINESS EJ : 350 000 012", "350000012"),
        ("EJ2B0000020", "2B0000020"),
        ("BUDGET350000012", "BUDGET350000012"),
    ],
)
def test_numbers_as_people_type_them(typed: str, number: str) -> None:
    assert numbers.normalise(typed) == number


@pytest.mark.parametrize("number", ["", "35000001", "3500000122", "A50000012", "35000001é", "٣٥٠٠٠٠٠١٢", "350000O12"])
def test_what_is_not_written_like_a_number(number: str) -> None:
    assert not numbers.has_shape(number)


def test_a_letter_without_a_value_never_passes() -> None:
    assert numbers.has_shape("2C0000020")
    assert not numbers.key_holds("2C0000020")


def test_sirets() -> None:
    assert numbers.is_siret("26010004500012")
    assert not numbers.is_siret("26010004500013")
    assert numbers.is_siret("35600000000048")  # La Poste, by Luhn
    assert numbers.is_siret("35600000049837")  # La Poste, by its own rule
    assert not numbers.is_siret("260100045")
    assert numbers.is_siren("260100045")


@given(st.text(max_size=20))
def test_no_text_breaks_a_check(typed: str) -> None:
    number = numbers.normalise(typed)
    numbers.is_siren(number), numbers.is_siret(number)
    if numbers.has_shape(number):
        numbers.key_holds(number)


def test_every_real_number_passes_and_its_neighbours_fail(hospitals: list[dict[str, str]]) -> None:
    real = {row["fi"] for row in hospitals} | {row["fi_ej"] for row in hospitals if row["fi_ej"]}
    assert len(hospitals) == 9_685
    assert [number for number in real if not numbers.has_shape(number) or not numbers.key_holds(number)] == []
    wrong = {number[:8] + str((int(number[8]) + 1) % 10) for number in real}
    assert [number for number in wrong if numbers.key_holds(number)] == []
    assert any(number.startswith("2A") for number in real)
    assert any(number.startswith("97") for number in real)


def test_every_real_siret_passes(hospitals: list[dict[str, str]]) -> None:
    sirets = [row["sir"] for row in hospitals if len(row["sir"]) == 14]
    assert len(sirets) > 7_000
    assert [number for number in sirets if not numbers.is_siret(number)] == []
    short = [row["sir"] for row in hospitals if len(row["sir"]) == 9]
    assert all(numbers.is_siren(number) for number in short)
