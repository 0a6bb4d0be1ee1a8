"""Prices of one service as a facility finds them on a day: holders in the lots' order, lines by size.

Everything that does not depend on the size is decided here, once: a price is then one look along a sorted row.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services_catalog.rules import refusal
from services_catalog.rules.bracket import SIZES, Facility
from services_catalog.rules.market import Holder, Line, Lot, Market, Schedule, revision_on
from services_catalog.rules.offer import Offer, Unpriced, offer
from services_catalog.rules.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Rack:
    """A holder's lines for the service, all counting the same thing, from the smallest size up."""

    measure: str
    size_of: Callable[[Facility], int | None]
    sizes: Sequence[int]
    offers: Sequence[Offer]

    def find(self, size: int) -> Offer | None:
        """The line whose bracket holds `size`."""
        place = bisect_right(self.sizes, size) - 1
        if place < 0:
            return None
        found = self.offers[place]
        end = found.line.size_to
        return found if end is None or size <= end else None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The racks in the order they are looked at, and what is said when none answers. An unknown stops the search."""

    racks: Sequence[Rack]
    otherwise: Unpriced

    def find(self, facility: Facility) -> Offer | Unpriced:
        """The first line that applies. A size that nobody knows stops the search: it might have applied."""
        first: Unpriced | None = None
        for rack in self.racks:
            size = rack.size_of(facility)
            if size is None:
                return refusal.unknown_size(rack.measure, rack.offers[0].line.code)
            found = rack.find(size)
            if found is not None:
                return found
            first = first or refusal.no_bracket(rack.offers[0], size)
        return self.otherwise if first is None or self.otherwise.missing else first


def shelf(market: Market, service_id: UUID, adherent: bool | None, on: date, provider_id: UUID | None) -> Shelf:
    """Arrange the market for a service, an adherence and a day; of one provider, when it is named."""
    racks: list[Rack] = []
    refusals: list[Refusal] = []
    for lot in market.lots_of(service_id):
        for found in _of_lot(lot, service_id, adherent, on, provider_id):
            if isinstance(found, Rack):
                racks.append(found)
            elif found.missing:
                return Shelf(racks, Unpriced(found.sentence, found.missing))
            else:
                refusals.append(found)
    last = max(refusals, key=lambda found: found.stage, default=refusal.NOT_SOLD)
    return Shelf(racks, Unpriced(last.sentence))


def _of_lot(
    lot: Lot, service_id: UUID, adherent: bool | None, on: date, provider_id: UUID | None
) -> Sequence[Rack | Refusal]:
    agreement = lot.agreement
    if not agreement.starts_on <= on <= agreement.ends_on:
        return [refusal.agreement_dates(agreement, on)]
    if agreement.adherents_only and not adherent:
        return [refusal.adherents_only(agreement, adherent)]
    holders = [holder for holder in lot.in_order if provider_id in (None, holder.provider_id)]
    if not holders:
        return [refusal.no_holder(lot, asked=provider_id is not None)]
    return [found for holder in holders for found in _of_holder(lot, holder, service_id, adherent, on)]


def _of_holder(lot: Lot, holder: Holder, service_id: UUID, adherent: bool | None, on: date) -> Sequence[Rack | Refusal]:
    if not holder.active:
        return [refusal.suspended(holder)]
    schedule = lot.schedule_of(holder.provider_id, on)
    if schedule is None:
        return [refusal.no_schedule(lot, holder, on)]
    lines = [line for line in schedule.lines if line.service_id == service_id]
    if not lines:
        return [refusal.no_line(lot, holder)]
    current = [line for line in lines if line.starts_on <= on <= line.ends_on]
    if not current:
        return [refusal.line_dates(lines, on)]
    if adherent is None and any(line.tariff != "all" for line in current):
        return [refusal.UNKNOWN_ADHERENCE]
    mine = [line for line in current if line.tariff in ("all", "adherent" if adherent else "other")]
    if not mine:
        return [refusal.no_tariff(lot, holder, bool(adherent))]
    return _racks(lot, holder, schedule, mine, on)


def _racks(lot: Lot, holder: Holder, schedule: Schedule, lines: Sequence[Line], on: date) -> list[Rack]:
    """One rack: lines that count different things cannot be published together. Were they, each would have its own."""
    revision = revision_on(schedule.revisions, on)
    racks = []
    for measure in dict.fromkeys(line.measure for line in lines):
        counted = sorted((line for line in lines if line.measure == measure), key=lambda line: line.size_from or 0)
        offers = [offer(lot, holder, line, revision) for line in counted]
        racks.append(Rack(measure, SIZES[measure], [line.size_from or 0 for line in counted], offers))
    return racks
