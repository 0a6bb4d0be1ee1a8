"""Half-days drawn from packets: the soonest to expire leave first. Whole half-days, so nothing is ever rounded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.errors import Conflict, Invalid
from kit.french import count, day

MOST = 2000  # half-days in one act: four years of somebody's work
LONGEST_NOTE = 300
LONGEST = 5  # years from today to an expiry


@dataclass(frozen=True, slots=True)
class Holding:
    """So many half-days of a packet, that last until the end of `expires_on`."""

    packet_id: UUID
    expires_on: date
    half_days: int


Drawn = Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a time sheet does: half-days leave what was reserved, then what is available; the rest is released."""

    from_reserved: Drawn
    from_available: Drawn
    released: Drawn

    @property
    def half_days(self) -> int:
        """How many are consumed."""
        return total(self.from_reserved) + total(self.from_available)


def draw(holdings: Iterable[Holding], half_days: int) -> dict[UUID, int]:
    """Half-days by packet, the soonest to expire first, then the oldest packet. Raises Conflict when they are short."""
    drawn: dict[UUID, int] = {}
    left = half_days
    held = list(holdings)
    for one in sorted(held, key=lambda one: (one.expires_on, one.packet_id)):
        taken = min(left, one.half_days)
        if taken > 0:
            drawn[one.packet_id] = taken
            left -= taken
    if left:
        available = half_days - left
        raise Conflict(f"Le solde ne suffit pas : {half_days_of(half_days)} à prendre, {_available(available)}.")
    return drawn


def settle(reserved: Iterable[Holding], available: Iterable[Holding], half_days: int) -> Settlement:
    """What consuming `half_days` does to what is reserved for a mission and what its facility may still draw.

    Raises Conflict with the balance when both together are short.
    """
    reserved, available = list(reserved), list(available)
    held, free = (sum(one.half_days for one in them) for them in (reserved, available))
    if half_days > held + free:
        raise Conflict(
            f"Le relevé compte {half_days_of(half_days)}, plus que le solde : "
            f"{count(held, 'réservée')} pour cette mission, {_available(free)}."
        )
    from_reserved = draw(reserved, min(half_days, held))
    rest = {one.packet_id: one.half_days - from_reserved.get(one.packet_id, 0) for one in reserved}
    return Settlement(
        from_reserved,
        draw(available, half_days - total(from_reserved)),
        {packet_id: number for packet_id, number in rest.items() if number},
    )


def total(drawn: Drawn) -> int:
    """How many half-days in all."""
    return sum(drawn.values())


def half_days_of(number: int) -> str:
    """« 3 demi-journées »."""
    return count(number, "demi-journée")


def check_half_days(half_days: int, field: str = "half_days") -> int:
    """A number of half-days that somebody typed. Raises Invalid."""
    if not 1 <= half_days <= MOST:
        raise Invalid(
            "Ce nombre de demi-journées n’est pas possible.",
            {field: f"Indiquez un nombre entier, de 1 à {MOST}."},
        )
    return half_days


@dataclass(frozen=True, slots=True)
class Change:
    """A balance before and after an act: what a confirmation shows."""

    label: str
    before: int
    after: int


def check_life(starts_on: date, expires_on: date, today: date) -> None:
    """The first and last days of half-days that somebody gives. Raises Invalid (starts_on, expires_on)."""
    fields = {}
    if starts_on < today:
        fields["starts_on"] = "Ce jour est passé."
    elif starts_on > expires_on:
        fields["starts_on"] = "Le premier jour d’utilisation vient après le dernier."
    if expires_on < today:
        fields["expires_on"] = "Ce jour est passé : les demi-journées seraient déjà expirées."
    elif expires_on > today.replace(year=today.year + LONGEST, day=min(today.day, 28)):
        fields["expires_on"] = f"Choisissez un jour dans les {LONGEST} ans."
    if fields:
        raise Invalid("Ces dates ne conviennent pas.", fields)


def check_later(expires_on: date, later_on: date, today: date) -> None:
    """The day until which half-days that expire on another one may go on. Raises Invalid (expires_on), Conflict."""
    if today > expires_on:
        raise Conflict("Ces demi-journées ont expiré : attribuez-en de nouvelles.")
    if later_on <= expires_on:
        fault = {"expires_on": f"Choisissez un jour après le {day(expires_on)}."}
        raise Invalid("Le report doit prolonger les demi-journées.", fault)
    check_life(today, later_on, today)


def read_note(text: str, field: str = "note") -> str:
    """The few words that somebody gives, on one line. Raises Invalid."""
    note = " ".join(text.split())
    if len(note) > LONGEST_NOTE:
        raise Invalid("Ce texte est trop long.", {field: f"Écrivez {LONGEST_NOTE} caractères au plus."})
    return note


def _available(number: int) -> str:
    return count(number, "disponible") if number else "aucune n’est disponible"
