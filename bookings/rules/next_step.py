"""Whose turn it is on a mission, in one sentence: the same for whoever reads it. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from kit.french import NBSP, day

FACILITY, PROVIDER, GRADES = "facility", "provider", "grades"
# Whose turn it is, by state. (An accepted mission waits for nobody: three questions are an offer.)
TURNS = {
    "created": frozenset({GRADES}),
    "assigned": frozenset({FACILITY, PROVIDER}),
    "planned": frozenset({PROVIDER}),
    "running": frozenset({PROVIDER}),
    "delivered": frozenset({FACILITY}),
    "reserved": frozenset({PROVIDER}),
    "accepted": frozenset[str](),
    "cancelled": frozenset[str](),
}
OVER = ("accepted", "cancelled")


def waiting_for(side: str) -> list[str]:
    """The states in which a side has something to do."""
    return [state for state, turn in TURNS.items() if side in turn]


class Standing(Protocol):
    """A mission, as its next step looks at it."""

    state: str
    mode: str
    due_on: date | None
    accept_by: date | None
    silence_accepts: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Who acts next, on what, and whether a day has gone by."""

    turn: frozenset[str]
    sentence: str
    is_late: bool


def next_step(mission: Standing, facility: str, provider: str, starts: str, on: date) -> Step:
    """Who does what next. `facility` and `provider` are names, `starts` the mission's date in words ("" without)."""
    sentence = {
        "created": "Le GRADeS cherche un prestataire pour cette mission.",
        "assigned": f"{facility} et {provider} conviennent d’une date.",
        "planned": f"{provider} commence la mission {starts}." if starts else f"{provider} commence la mission.",
        "running": f"{provider} réalise la mission, puis {_delivery(mission)}.",
        "delivered": _answer(mission, facility, on),
        "reserved": f"{provider} répond aux réserves, puis livre de nouveau.",
        "accepted": "La prestation est acceptée\N{NO-BREAK SPACE}: le service est fait.",
        "cancelled": "La mission est annulée.",
    }[mission.state]
    return Step(TURNS[mission.state], sentence, is_late(mission, on))


def is_late(mission: Standing, on: date) -> bool:
    """Whether the day to answer a delivery has gone by, or the day it had to be done."""
    if mission.state in OVER:
        return False
    if mission.state == "delivered":
        return mission.accept_by is not None and on > mission.accept_by
    return mission.due_on is not None and on > mission.due_on


def _delivery(mission: Standing) -> str:
    what = "envoie le relevé de temps" if mission.mode == "time" else "dépose les livrables"
    until = f", à livrer avant le {day(mission.due_on)} inclus" if mission.due_on else ""
    return f"{what} et déclare la livraison{until}"


def _answer(mission: Standing, facility: str, on: date) -> str:
    asked = f"{facility} accepte la prestation ou formule des réserves"
    if mission.accept_by is None:
        return f"{asked}."
    if on > mission.accept_by:
        return f"{asked}{NBSP}: le délai est passé depuis le {day(mission.accept_by)}."
    silence = " Sans réponse ce jour-là, elle sera réputée acceptée." if mission.silence_accepts else ""
    return f"{asked}, jusqu’au {day(mission.accept_by)} inclus.{silence}"
