"""Seeded choices. Built on `random()` alone, the one method whose sequence Python promises to keep."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Weighted(Generic[Thing]):
    """Things and their weights, for drawing."""

    def __init__(self, weights: Sequence[tuple[Thing, float]]) -> None:
        self._things = [thing for thing, _ in weights]
        self._steps = list(accumulate(weight for _, weight in weights))

    def draw(self, dice: "Dice") -> Thing:
        """One of the things, as often as its weight says."""
        return self._things[bisect_right(self._steps, dice.random() * self._steps[-1])]


class Dice:
    """The same seed gives the same draws, on every machine."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random  # noqa: S311 (a register, not a secret)

    def below(self, end: int) -> int:
        """A whole number from 0 to `end` - 1."""
        return int(self.random() * end)

    def one_of(self, things: Sequence[Thing]) -> Thing:
        """One of the things, all alike."""
        return things[self.below(len(things))]

    def chance(self, share: float) -> bool:
        """True this often (0 to 1)."""
        return self.random() < share

    def shuffle(self, things: list[Thing]) -> None:
        """Put the things in any order, in place."""
        for last in range(len(things) - 1, 0, -1):
            other = self.below(last + 1)
            things[last], things[other] = things[other], things[last]


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Share `total` out in proportion to the weights, exactly (largest remainders)."""
    scale = total / sum(weights)
    shares = [int(weight * scale) for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] - weights[i] * scale, i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
