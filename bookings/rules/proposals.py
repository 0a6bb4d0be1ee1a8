"""The next dates where a mission fits: the same question has the same answer, and no two answers overlap. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bookings.rules.availability import Diary, half_days
from bookings.rules.halves import HalfDay, are_consecutive

# Working days in a row: beyond, nobody wants the same consultant without a day in between.
LONGEST_RUN = 10


@dataclass(frozen=True, slots=True)
class DateProposal:
    """Half-days, in order, when one consultant is free for the whole mission."""

    consultant_id: UUID
    halves: tuple[HalfDay, ...]


def proposals(
    diaries: Mapping[UUID, Diary],
    count: int,
    first: date,
    last: date,
    most: int,
    *,
    together: bool = True,
    department: str | None = None,
) -> list[DateProposal]:
    """At most `most` dates between two days (included) where `count` half-days fit, the soonest first.

    Together, the half-days follow one another and whole days begin in the morning; else they are the next free ones.
    Of two consultants free at the same time, the first of `diaries` is proposed.
    """
    found = [
        DateProposal(consultant_id, halves)
        for consultant_id, diary in diaries.items()
        for halves in _fits(_free(diary, first, last, department), count, together and count <= LONGEST_RUN)
    ]
    order = {consultant_id: rank for rank, consultant_id in enumerate(diaries)}
    chosen: list[DateProposal] = []
    for one in sorted(found, key=lambda one: (one.halves[0], order[one.consultant_id])):
        if len(chosen) < most and not any(set(one.halves) & set(other.halves) for other in chosen):
            chosen.append(one)
    return chosen


def _free(diary: Diary, first: date, last: date, department: str | None) -> list[HalfDay]:
    return [half for half in half_days(first, last) if diary.is_free(half, department)]


def _fits(free: Sequence[HalfDay], count: int, together: bool) -> Iterator[tuple[HalfDay, ...]]:
    """Disjoint groups of `count` free half-days, in order."""
    start = 0
    while start + count <= len(free):
        group = tuple(free[start : start + count])
        if together and not _holds_together(group):
            start += 1
            continue
        yield group
        start += count


def _holds_together(group: Sequence[HalfDay]) -> bool:
    begins_well = len(group) % 2 == 1 or group[0].half == "am"
    return begins_well and are_consecutive(group)
