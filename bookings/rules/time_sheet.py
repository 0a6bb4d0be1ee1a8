"""A time sheet: half-days worked, one line each, read from what was typed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bookings.rules.states import HALF_LABELS, HALVES
from kit.errors import Conflict, Invalid
from kit.french import day

MOST_LINES = 200
LONGEST = 300
# A provider writes its time once it has a date, and until the facility accepts it.
STATES = ("planned", "running", "delivered", "reserved")
_REFUSED = {
    "accepted": "Cette mission est acceptée\N{NO-BREAK SPACE}: son relevé de temps ne change plus.",
    "cancelled": "Cette mission est annulée.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A half-day (`half` am or pm) and what was done in it."""

    on: date
    half: str
    what: str

    @property
    def moment(self) -> tuple[str, str]:
        """The half-day, as it is kept: (ISO date, half)."""
        return self.on.isoformat(), self.half

    def as_json(self) -> dict[str, str]:
        """The line as it is kept."""
        return asdict(self) | {"on": self.on.isoformat()}


def check_state(mode: str, state: str) -> None:
    """Whether a mission takes a time sheet. Raises Conflict."""
    if mode != "time":
        raise Conflict(
            "Cette mission ne se compte pas en demi-journées\N{NO-BREAK SPACE}: elle n’a pas de relevé de temps."
        )
    if state not in STATES:
        raise Conflict(
            _REFUSED.get(
                state, "Cette mission n’est pas encore planifiée\N{NO-BREAK SPACE}: convenez d’abord d’une date."
            )
        )


def read_lines(typed: Sequence[Mapping[str, Any]], first: date, today: date) -> list[Line]:
    """The lines typed (on, half, what), in the order of the half-days. Raises Invalid (lines, lines.<n>.<key>)."""
    if not typed:
        raise Invalid("Le relevé est vide.", {"lines": "Indiquez au moins une demi-journée."})
    if len(typed) > MOST_LINES:
        raise Invalid("Le relevé est trop long.", {"lines": f"Un relevé a {MOST_LINES} lignes au plus."})
    faults: dict[str, str] = {}
    lines = [_read(number, one, first, today, faults) for number, one in enumerate(typed)]
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines):
        if line is not None and seen.setdefault(line.moment, number) != number:
            faults[f"lines.{number}.on"] = f"{said(line.moment)} est déjà à la ligne {seen[line.moment] + 1}."
    if faults:
        raise Invalid("Le relevé n’est pas envoyé\N{NO-BREAK SPACE}: des lignes sont à corriger.", faults)
    return sorted((line for line in lines if line is not None), key=lambda line: line.moment)


def check_apart(lines: Sequence[Line], elsewhere: Iterable[tuple[str, str, str]]) -> None:
    """Nobody is in two places at once: `elsewhere` are (ISO date, half, mission's number). Raises Invalid (lines)."""
    taken = {(on, half): number for on, half, number in elsewhere}
    clashes = [f"{said(line.moment)} (mission {taken[line.moment]})" for line in lines if line.moment in taken]
    if clashes:
        sentence = f"Cet intervenant a déjà déclaré dans une autre mission\N{NO-BREAK SPACE}: {', '.join(clashes)}."
        raise Invalid("Le relevé n’est pas envoyé.", {"lines": sentence})


def said(moment: tuple[str, str]) -> str:
    """« 12 mars 2027, matin »."""
    on, half = moment
    return f"{day(date.fromisoformat(on))}, {HALF_LABELS[half]}"


def _read(number: int, typed: Mapping[str, Any], first: date, today: date, faults: dict[str, str]) -> Line | None:
    path = f"lines.{number}"
    before = len(faults)
    on, half, what = _day(typed.get("on")), typed.get("half"), " ".join(str(typed.get("what") or "").split())
    if on is None:
        faults[f"{path}.on"] = f"Ligne {number + 1}\N{NO-BREAK SPACE}: indiquez une date, par exemple 12/03/2027."
    elif on > today:
        faults[f"{path}.on"] = f"Ligne {number + 1}\N{NO-BREAK SPACE}: le {day(on)} n’est pas encore passé."
    elif on < first:
        faults[f"{path}.on"] = f"Ligne {number + 1}\N{NO-BREAK SPACE}: la mission n’existe que depuis le {day(first)}."
    if half not in HALVES:
        faults[f"{path}.half"] = f"Ligne {number + 1}\N{NO-BREAK SPACE}: choisissez matin ou après-midi."
    if not 0 < len(what) <= LONGEST:
        faults[f"{path}.what"] = (
            f"Ligne {number + 1}\N{NO-BREAK SPACE}: dites ce qui a été fait, en {LONGEST} caractères au plus."
        )
    return Line(on, half, what) if on is not None and isinstance(half, str) and len(faults) == before else None


def _day(typed: Any) -> date | None:
    if isinstance(typed, date):
        return typed
    try:
        return date.fromisoformat(str(typed))
    except ValueError:
        return None
