"""Whose turn it is on a mission, in one sentence: told to those whose turn it is, told of them to the others. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from kit.french import NBSP, day

FACILITY, PROVIDER, GRADES = "facility", "provider", "grades"
# Whose turn it is, by state. (A planned mission waits for its day; an accepted one for nobody: questions are an offer.)
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


class Standing(Protocol):
    """A mission, as its next step looks at it."""

    state: str
    mode: str
    starts_at: datetime | None
    due_on: date | None
    accept_by: date | None
    silence_accepts: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Who acts next, on what, and whether a day has gone by."""

    turn: frozenset[str]
    sentence: str
    is_late: bool


def waiting_for(side: str) -> list[str]:
    """The states in which a side has something to do."""
    return [state for state, turn in TURNS.items() if side in turn]


def next_step(mission: Standing, facility: str, provider: str, starts: str, on: date, side: str = "") -> Step:
    """Who does what next. `facility` and `provider` are names, `starts` the mission's date in words ("" without).

    `side` is the reader's: it is told what to do when it is its turn.
    """
    turn = turn_of(mission, on)
    if side == PROVIDER and mission.state == "planned" and not turn and starts:
        sentence = f"Rien à faire avant {starts}."
    else:
        sentence = _to_do(mission, side) if side in turn else _done_by(mission, facility, provider, starts)
    if mission.state == "delivered":
        sentence += _delay(mission, on)
    return Step(turn, sentence, is_late(mission, on))


def turn_of(mission: Standing, on: date) -> frozenset[str]:
    """Who has something to do. Nobody for a mission whose day is still to come."""
    to_come = mission.state == "planned" and mission.starts_at is not None and mission.starts_at.date() > on
    return frozenset() if to_come else TURNS[mission.state]


def is_late(mission: Standing, on: date) -> bool:
    """Whether the day to answer a delivery has gone by, or the day it had to be done."""
    if mission.state in OVER:
        return False
    if mission.state == "delivered":
        return mission.accept_by is not None and on > mission.accept_by
    return mission.due_on is not None and on > mission.due_on


def _to_do(mission: Standing, side: str) -> str:
    send = "Envoyez le relevé de temps" if mission.mode == "time" else "Déposez les livrables"
    return {
        "created": "Attribuez cette mission à un prestataire.",
        "assigned": f"Choisissez une date avec {'le prestataire' if side == FACILITY else 'l’établissement'}.",
        "planned": "Dites quand la mission commence. Vous pouvez déjà déposer des documents.",
        "running": f"{send}, puis déclarez la livraison{_end(mission)}.",
        "delivered": "Lisez ce qui est livré, puis acceptez la prestation ou formulez des réserves.",
        "reserved": "Déposez ce qui répond aux réserves, puis livrez de nouveau.",
    }[mission.state]


def _done_by(mission: Standing, facility: str, provider: str, starts: str) -> str:
    send = "envoie le relevé de temps" if mission.mode == "time" else "dépose les livrables"
    return {
        "created": "Le GRADeS cherche un prestataire pour cette mission.",
        "assigned": f"{facility} et {provider} conviennent d’une date.",
        "planned": f"{provider} commence la mission{f' {starts}' if starts else ''}.",
        "running": f"{provider} réalise la mission, {send} et déclare la livraison{_end(mission)}.",
        "delivered": f"{facility} accepte la prestation ou formule des réserves.",
        "reserved": f"{provider} répond aux réserves, puis livre de nouveau.",
        "accepted": f"La prestation est acceptée{NBSP}: le service est fait.",
        "cancelled": "La mission est annulée.",
    }[mission.state]


def _end(mission: Standing) -> str:
    return f", au plus tard le {day(mission.due_on)}" if mission.due_on else ""


def _delay(mission: Standing, on: date) -> str:
    if mission.accept_by is None:
        return ""
    if on > mission.accept_by:
        return f" Le délai pour répondre est passé depuis le {day(mission.accept_by)}."
    silence = " Sans réponse ce jour-là, elle sera réputée acceptée." if mission.silence_accepts else ""
    return f" Dernier jour pour répondre{NBSP}: {day(mission.accept_by)}.{silence}"
