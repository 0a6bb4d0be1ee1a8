"""What is written reads back the same, and is written again byte for byte."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.document.writing import write
from kit.document import plain
from kit.document.source import read_yaml
from tests.campaigns.documents import EXAMPLES, document

words = ["L’ARS", "été", "« oui »", "", "  ", "- a", "# b", "c:", "d", "\u00a0!", "\t", "🙂", "500", "1re"]
lines = ["", "Une ligne.", "  en retrait", "x" * 130, "mot " * 40]
texts = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300)
    | st.lists(st.sampled_from(words), max_size=60).map(" ".join)
    | st.lists(st.sampled_from(lines), max_size=8).map("\n".join)
)
keys = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60) | st.sampled_from(
    [*words, "category"]
)
scalars = (
    texts
    | st.none()
    | st.booleans()
    | st.integers(-(10**14), 10**14)
    | st.floats(-1e9, 1e9).map(lambda number: round(number, 6))
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@settings(max_examples=200)
@given(st.dictionaries(keys, values, min_size=1, max_size=5))
def test_any_data_comes_back(data: dict[str, Any]) -> None:
    data = plain.tidied(data)
    written = write(data)
    source = read_yaml(written)
    assert source.findings == []
    assert source.data == data
    assert plain.digest(source.data) == plain.digest(data)
    assert write(source.data) == written


@pytest.mark.parametrize("name", ["bretagne-2025-exercice", "bretagne-2025-cyberdiagnostic"])
def test_an_example_comes_back(name: str) -> None:
    data = read_yaml((EXAMPLES / f"{name}.yaml").read_bytes()).data
    written = write(data)
    assert read_yaml(written).data == data
    assert write(read_yaml(written).data) == written
    assert max(map(len, written.splitlines())) <= 150
    assert '- "500"  # Etablissement d\'hébergement pour personnes âgées dépendantes' in written
    assert "opens_at: 2025-09-09T16:00\n" in written
    assert "\\u" not in written


def test_keys_come_in_the_order_of_the_schema() -> None:
    data = document()
    shuffled = dict(reversed(data.items()))
    assert write(shuffled) == write(data)
    assert write(data).startswith("version: 1\nslug: essai\nkind: ami\ntitle: Exercice de crise\n")


def test_the_digest_does_not_depend_on_the_order_of_keys_nor_on_how_numbers_are_written() -> None:
    data = document(places=3)
    assert plain.digest(dict(reversed(data.items()))) == plain.digest(plain.tidied({**data, "places": 3.0}))
    assert plain.digest(data) != plain.digest({**data, "places": 4})
