"""Where the marks of a chart go: a scale of round figures, shares of it in percent (a chart fits any width)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEPS = (1, 2, 5)
MOST_TICKS = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """From 0 to `top` cents; `ticks` are the figures worth a line, 0 left out."""

    top: int
    ticks: Sequence[int]

    def share(self, cents: int) -> float:
        """How much of the scale, 0 to 100; nothing below zero, and a figure that is there is seen."""
        if cents <= 0:
            return 0.0
        return round(max(100 * cents / self.top, 0.6), 2)


def scale(amounts: Iterable[int]) -> Scale:
    """The scale of these cents: the least round top that is not below them, in four steps at most."""
    largest = max((*amounts, 100))
    step = next(step for step in _round_steps() if step * MOST_TICKS >= largest)
    ticks = [step * place for place in range(1, MOST_TICKS + 1)]
    while len(ticks) > 1 and ticks[-2] >= largest:
        ticks.pop()
    return Scale(ticks[-1], ticks)


def short(cents: int) -> str:
    """« 1,5 M€ », « 250 k€ », « 800 € »: the figure of a tick."""
    for size, unit in ((100_000_000, "M€"), (100_000, "k€")):
        if cents >= size:
            tenths = cents * 10 // size
            whole, rest = divmod(tenths, 10)
            return f"{whole}{f',{rest}' if rest else ''}\N{NO-BREAK SPACE}{unit}"
    return f"{cents // 100}\N{NO-BREAK SPACE}€"


def _round_steps() -> Iterable[int]:
    """1 €, 2 €, 5 €, 10 €… in cents."""
    size = 100
    while True:
        yield from (step * size for step in STEPS)
        size *= 10
