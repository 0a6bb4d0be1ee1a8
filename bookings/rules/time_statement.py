"""The statement (relevé) of an account: what each movement changed, and what was left after it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from bookings.rules.states import MOVEMENT_LABELS
from kit.errors import Invalid
from kit.french import NBSP, day

LONGEST_YEARS = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of one movement, on a packet of the organisation: `kind` is available or reserved."""

    movement_id: UUID
    movement: str
    on: date
    note: str
    mission_id: UUID | None
    mission: str | None
    reverses: str | None
    is_corrected: bool
    packet_id: UUID
    finess_et: str | None
    expires_on: date
    kind: str
    half_days: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What an organisation has: half-days free to use, and half-days set aside for missions."""

    available: int = 0
    reserved: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.available + self.reserved

    def plus(self, kind: str, half_days: int) -> "Balance":
        """After an entry."""
        return replace(self, **{kind: getattr(self, kind) + half_days})


@dataclass(frozen=True, slots=True)
class Line:
    """A movement: what it changed, and the balance after it. A correction `reverses` a movement of that kind."""

    movement_id: UUID
    movement: str
    on: date
    label: str
    detail: str
    mission_id: UUID | None
    is_corrected: bool
    available: int
    reserved: int
    after: Balance
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """An account from a day to another, both included."""

    since: date
    until: date
    opening: Balance
    lines: Sequence[Line]

    @property
    def closing(self) -> Balance:
        """The balance at the end of the last day."""
        return self.lines[-1].after if self.lines else self.opening

    @property
    def peak(self) -> int:
        """The most that there ever was in the period, available and reserved together."""
        return max([self.opening.total, *(line.after.total for line in self.lines)])

    def on(self, day: date) -> Balance:
        """The balance at the end of a day of the period."""
        past = [line for line in self.lines if line.on <= day]
        return past[-1].after if past else self.opening


def statement(since: date, until: date, opening: Balance, entries: Iterable[Entry], names: dict[str, str]) -> Statement:
    """The statement that entries make, in their order; `names` are the establishments'."""
    lines: list[Line] = []
    balance = opening
    for group in _by_movement(entries):
        before = balance
        for entry in group:
            balance = balance.plus(entry.kind, entry.half_days)
        first = group[0]
        changed = balance.available - before.available, balance.reserved - before.reserved
        label = MOVEMENT_LABELS[first.movement]
        if first.reverses:
            label = f"{label}{NBSP}: {MOVEMENT_LABELS[first.reverses].lower()}"
        about = first.movement_id, first.movement, first.on, label, _detail(group, names)
        lines.append(Line(*about, first.mission_id, first.is_corrected, *changed, balance, first.reverses))
    return Statement(since, until, opening, lines)


def period(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The days asked for, or the twelve months until today. Raises Invalid (from, to)."""
    last = until or today
    first = since or min(last, today) - timedelta(days=365)
    if first > last:
        raise Invalid("Cette période est vide.", {"from": "Le premier jour vient après le dernier."})
    if (last - first).days > 366 * LONGEST_YEARS:
        raise Invalid("Cette période est trop longue.", {"from": f"Choisissez {LONGEST_YEARS} ans au plus."})
    return first, last


def _by_movement(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    group: list[Entry] = []
    for entry in entries:
        if group and group[0].movement_id != entry.movement_id:
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _detail(group: Sequence[Entry], names: dict[str, str]) -> str:
    """Which mission, which places, until when, and the words somebody left."""
    first = group[0]
    parts = [f"Mission {first.mission}"] if first.mission else []
    if first.movement == "transfer":
        parts.append(_from_to(group, names))
    else:
        places = dict.fromkeys(names.get(one.finess_et, one.finess_et) for one in group if one.finess_et)
        parts += [str(place) for place in places]
    if first.movement in ("grant", "purchase", "carry_over"):
        parts.append(f"à utiliser jusqu’au {day(max(one.expires_on for one in group))}")
    if first.note:
        parts.append(f"«{NBSP}{first.note}{NBSP}»")
    return ", ".join(part for part in parts if part)


def _from_to(group: Sequence[Entry], names: dict[str, str]) -> str:
    gone, come = ([one.finess_et for one in group if (one.half_days > 0) is there] for there in (False, True))
    source, target = (
        "" if not places else names.get(places[0], places[0]) if places[0] else "l’organisme" for places in (gone, come)
    )
    if source and target:
        return f"de {source} à {target}"
    return f"de {source} vers un autre organisme" if source else f"vers {target}, depuis un autre organisme"
