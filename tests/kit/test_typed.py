"""A number and an identifier, as people type them and programs send them."""

from uuid import UUID

import pytest

from kit.typed import identifier, number


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0", 0),
        ("007", 7),
        ("999999999", 999_999_999),
        ("1000000000", None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1 000", None),
        ("1.5", None),
        ("²", None),
        ("١٢", None),
    ],
)
def test_a_number_is_ascii_digits_and_few(text: str, read: int | None) -> None:
    assert number(text) == read


def test_its_length_may_be_said() -> None:
    assert (number("12345", 5), number("123456", 5), number("999999999999999", 15)) == (12345, None, 999999999999999)


def test_an_identifier_or_nothing() -> None:
    known = UUID(int=7)
    assert identifier(str(known)) == known
    assert [identifier(text) for text in ("", "x", "7" * 40, "\udc80")] == [None] * 4
