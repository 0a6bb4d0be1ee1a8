"""A chart's scale: round, never below what it shows, few lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.chart import MOST_TICKS, scale, short


@given(st.lists(st.integers(-(10**6), 10**12), max_size=12))
def test_everything_is_on_the_scale(amounts: list[int]) -> None:
    found = scale(amounts)
    assert max((*amounts, 0)) <= found.top == found.ticks[-1]
    assert 1 <= len(found.ticks) <= MOST_TICKS
    assert all(str(tick).rstrip("0") in {str(n) for n in (1, 2, 3, 4, 5, 6, 8, 15)} for tick in found.ticks)
    for cents in amounts:
        assert 0 <= found.share(cents) <= 100
        assert (found.share(cents) > 0) == (cents > 0)


@pytest.mark.parametrize(
    ("cents", "words"),
    [(0, "0\xa0€"), (50_000, "500\xa0€"), (150_000, "1,5\xa0k€"), (2_500_000, "25\xa0k€"), (250_000_000, "2,5\xa0M€")],
)
def test_ticks_are_short(cents: int, words: str) -> None:
    assert short(cents) == words
