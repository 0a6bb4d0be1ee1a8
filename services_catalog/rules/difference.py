"""The difference between two schedules: what is new, what is gone, what costs more or less. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from kit.french import NBSP
from services_catalog.rules.bracket import bracket_in_words
from services_catalog.rules.offer import UNCHANGED, percent, revised
from services_catalog.rules.states import TARIFF_LABELS, UNIT_LABELS

Kind = Literal["added", "removed", "dearer", "cheaper", "reworded", "same"]
ORDER: Sequence[Kind] = ("dearer", "cheaper", "added", "removed", "reworded", "same")


class Priced(Protocol):
    """What is compared of a line."""

    code: Any
    label: Any
    service_id: Any
    unit: Any
    measure: Any
    size_from: Any
    size_to: Any
    tariff: Any
    unit_cents: Any
    vat_permille: Any
    starts_on: Any


@dataclass(frozen=True, slots=True)
class Change:
    """A line, before and after; its prices in cents (None: there was, or will be, none)."""

    kind: Kind
    code: str
    label: str
    detail: str
    before_cents: int | None
    after_cents: int | None

    @property
    def percent(self) -> str:
        """« +3,2 % », to the hundredth of a percent; nothing when one of the prices does not exist, or was zero."""
        if not self.before_cents or self.after_cents is None or self.before_cents == self.after_cents:
            return ""
        hundredths = round((self.after_cents - self.before_cents) * 10_000 / self.before_cents)
        return percent(UNCHANGED + hundredths * 100)


def compare(before: Iterable[Priced], after: Iterable[Priced], coefficient_ppm: int = UNCHANGED) -> list[Change]:
    """What changes from the lines in force, whose prices are multiplied by their revision, to the new ones.

    A line is the same when its code, its service, its unit, its tariff and its bracket are: a price by the half-day is
    no cheaper day. Several of them, by the order of their dates.
    """
    old, new = _by_key(before), _by_key(after)
    changes = [_change(old.get(key), new.get(key), coefficient_ppm) for key in dict.fromkeys([*new, *old])]
    return sorted(changes, key=lambda change: ORDER.index(change.kind))


def foresee(lines: Iterable[Priced], before_ppm: int, after_ppm: int) -> list[Change]:
    """What a revision does to each line, in the order of the schedule."""
    return [_said(line, revised(line.unit_cents, before_ppm), revised(line.unit_cents, after_ppm)) for line in lines]


def _by_key(lines: Iterable[Priced]) -> dict[object, Priced]:
    groups: dict[object, list[Priced]] = defaultdict(list)
    for line in lines:
        sold = line.code, line.service_id, line.unit, line.tariff, line.measure, line.size_from, line.size_to
        groups[sold].append(line)
    begun: Callable[[Priced], Any] = lambda line: line.starts_on  # noqa: E731
    return {(key, place): line for key, same in groups.items() for place, line in enumerate(sorted(same, key=begun))}


def _change(before: Priced | None, after: Priced | None, coefficient_ppm: int) -> Change:
    old = None if before is None else revised(before.unit_cents, coefficient_ppm)
    line = after or before
    assert line is not None  # noqa: S101 (a key comes from one of the two)
    change = _said(line, old, None if after is None else after.unit_cents)
    if before is None or after is None or (before.label, before.vat_permille) == (after.label, after.vat_permille):
        return change
    rates = f"TVA de {_rate(before)} à {_rate(after)}" if before.vat_permille != after.vat_permille else ""
    kind: Kind = "reworded" if change.kind == "same" else change.kind
    return replace(change, kind=kind, detail=", ".join(filter(None, [change.detail, rates])))


def _said(line: Priced, before: int | None, after: int | None) -> Change:
    bracket = bracket_in_words(line.measure, line.size_from, line.size_to)
    tariff = TARIFF_LABELS[line.tariff] if line.tariff != "all" else ""
    detail = ", ".join(filter(None, [UNIT_LABELS[line.unit], bracket, tariff]))
    return Change(_kind(before, after), line.code, line.label, detail, before, after)


def _rate(line: Priced) -> str:
    """« 5,5 % »."""
    return f"{line.vat_permille / 10:g}{NBSP}%".replace(".", ",")


def _kind(before: int | None, after: int | None) -> Kind:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if before == after:
        return "same"
    return "dearer" if after > before else "cheaper"
