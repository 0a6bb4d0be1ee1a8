"""The market as a price reads it: agreements, lots, holders, schedules, lines. Frozen, without a table.

Dates are included at both ends; amounts are cents excluding VAT.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol, TypeVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Agreement:
    """A framework agreement, under which orders may be placed from one day to another."""

    reference: str
    starts_on: date
    ends_on: date
    adherents_only: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """A provider that holds a lot; `active` is false while it is suspended."""

    provider_id: UUID
    name: str
    rank: int
    ordered_cents: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One price of a schedule, for one service: `size_from` to `size_to` (None: no end) of what `measure` counts."""

    id: UUID
    service_id: UUID
    code: str
    unit: str
    unit_cents: int
    vat_permille: int
    starts_on: date
    ends_on: date
    measure: str = "none"
    size_from: int | None = None
    size_to: int | None = None
    tariff: str = "all"


@dataclass(frozen=True, slots=True)
class Revision:
    """From `starts_on`, prices are multiplied by `coefficient_ppm` / 1,000,000."""

    starts_on: date
    coefficient_ppm: int


class Revised(Protocol):
    """A revision, from the table or not."""

    @property
    def starts_on(self) -> date:
        """Its first day."""


RevisionLike = TypeVar("RevisionLike", bound=Revised)


def revision_on(revisions: Iterable[RevisionLike], on: date) -> RevisionLike | None:
    """The revision that applies on a day: the last one begun."""
    begun = [revision for revision in revisions if revision.starts_on <= on]
    return max(begun, key=lambda revision: revision.starts_on, default=None)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A published schedule of one holder, with its lines in their order and its revisions in any order."""

    provider_id: UUID
    starts_on: date
    ends_on: date
    lines: Sequence[Line] = ()
    revisions: Sequence[Revision] = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot of an agreement, who holds it, and what live orders already take of its maximum."""

    id: UUID
    number: int
    title: str
    agreement: Agreement
    assignment: str = "single"
    maximum_cents: int = 0
    ordered_cents: int = 0
    holders: Sequence[Holder] = ()
    schedules: Sequence[Schedule] = ()

    @property
    def in_order(self) -> list[Holder]:
        """Who is asked first: in turn, the one that was ordered least; else the first ranked."""
        if self.assignment == "in_turn":
            return sorted(self.holders, key=lambda holder: (holder.ordered_cents, holder.rank))
        return sorted(self.holders, key=lambda holder: holder.rank)

    def schedule_of(self, provider_id: UUID, on: date) -> Schedule | None:
        """The holder's schedule in force on a day: the database keeps two from overlapping."""
        for schedule in self.schedules:
            if schedule.provider_id == provider_id and schedule.starts_on <= on <= schedule.ends_on:
                return schedule
        return None


@dataclass(frozen=True)
class Market:
    """Lots that sell some services. When two agreements sell the same one, the more recent is asked first."""

    lots: Sequence[Lot]
    # What services_catalog.rules.shelf has already arranged, by question. It follows from the lots alone.
    shelves: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def in_order(self) -> list[Lot]:
        """The most recent agreement first; then by its reference, and the number of the lot."""
        return sorted(
            self.lots,
            key=lambda lot: (-lot.agreement.starts_on.toordinal(), lot.agreement.reference, lot.number, lot.id),
        )

    def lots_of(self, service_id: UUID) -> list[Lot]:
        """The lots where a schedule, of any date, has a line for the service."""
        return [lot for lot in self.in_order if lot.id in self._selling.get(service_id, ())]

    @cached_property
    def _selling(self) -> dict[UUID, set[UUID]]:
        selling: dict[UUID, set[UUID]] = {}
        for lot in self.lots:
            for schedule in lot.schedules:
                for line in schedule.lines:
                    selling.setdefault(line.service_id, set()).add(lot.id)
        return selling
