"""JSON with one meaning: what is read is what any strict reader reads; the rest is refused in a sentence."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.strict_json import DEEPEST, NotStrict, read

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=30,
)


@given(VALUES, st.booleans())
def test_what_is_well_written_is_read(value: Any, ascii_only: bool) -> None:
    assert read(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(content: bytes) -> None:
    with suppress(NotStrict):
        read(content)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'{"a": 1, "a": 2}', "deux fois"),
        (b'{"x": [{"b": 1, "c": 2, "b": 1}]}', "deux fois"),
        (b'{"a": 1, "\\u0061": 2}', "deux fois"),
        (b'{"\\n": 1, "\\n": 2}', "deux fois"),
        (b"NaN", "nombre"),
        (b"[Infinity]", "nombre"),
        (b"-Infinity", "nombre"),
        (b"1e400", "nombre"),
        (b"9" * 5000, "nombre"),
        (b"0." + b"1" * 5000, "nombre"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), ""),
        (b"[" * 100_000, "imbriqu"),
        (b'{"a":' * 100_000, "imbriqu"),
        (b'"\\u0000"', "caract"),
        (b'{"a\\u0000": 1}', "caract"),
        (b'"\\ud800"', "caract"),
        (b"\xff", "UTF-8"),
        ('"é"'.encode("latin-1"), "UTF-8"),
        (b"\xef\xbb\xbf{}", "JSON"),
        ("{}".encode("utf-16"), ""),
        (b"{} {}", "JSON"),
        (b"{}x", "JSON"),
        (b"{'a': 1}", "JSON"),
        (b"[1,]", "JSON"),
        (b"// a\n{}", "JSON"),
        (b"01", "JSON"),
        (b"", "JSON"),
        (b'"\t"', "JSON"),
    ],
    ids=range(28),
)
def test_what_has_no_meaning_or_two_is_refused(content: bytes, word: str) -> None:
    with pytest.raises(NotStrict) as refused:
        read(content)
    assert word in refused.value.sentence
    assert "\n" not in refused.value.sentence


def test_depth_is_counted_exactly() -> None:
    assert read(b"[" * DEEPEST + b"]" * DEEPEST) is not None
    with pytest.raises(NotStrict):
        read(b"[" * (DEEPEST + 1) + b"1" + b"]" * (DEEPEST + 1))
