"""Where an order is, as a picture shows it: steps done, the one under way, those to come. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

DATED = ("planned", "running", "delivered", "reserved", "accepted")
DONE = ("delivered", "reserved", "accepted")


class Ordered(Protocol):
    """An order, as its picture looks at it."""

    state: str
    requested_at: datetime
    placed_at: datetime | None
    cancelled_at: datetime | None
    completed_at: datetime | None


class Worked(Protocol):
    """A mission of the order."""

    state: str
    starts_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step: `state` is done, current or next; `at` is when it was done, or will be."""

    name: str
    state: str
    at: datetime | None = None


def track(order: Ordered, mode: str, missions: Sequence[Worked]) -> list[Step]:
    """The steps of an order and of the mission it opened; half-days are credited, then used (or they expire)."""
    asked, placed = Step("Demande", "done", order.requested_at), _placed(order)
    if order.state in ("refused", "cancelled"):
        end = "Refus" if order.state == "refused" else "Annulation"
        return [asked, *([placed] if order.placed_at else []), Step(end, "done", order.cancelled_at)]
    if mode == "time":
        credited = Step("Demi-journées", "done" if order.placed_at else "next", order.placed_at)
        used = Step("Utilisation", "done" if order.completed_at else "next", order.completed_at)
        return _with_current([asked, placed, credited, used])
    work = next((one for one in missions if one.state != "cancelled"), None)
    when = "Séance" if mode == "session" else "Date"
    date = Step(when, _is(work, DATED), work.starts_at if work else None)
    done = Step("Mission", _is(work, DONE), work.delivered_at if work else None)
    fact = Step("Service fait", "done" if order.state == "completed" else "next", order.completed_at)
    return _with_current([asked, placed, date, done, fact])


def _placed(order: Ordered) -> Step:
    return Step("Commande", "done" if order.placed_at else "current", order.placed_at)


def _is(work: Worked | None, states: Sequence[str]) -> str:
    return "done" if work is not None and work.state in states else "next"


def _with_current(steps: list[Step]) -> list[Step]:
    """The first step that is not done is the one under way."""
    first = next((index for index, step in enumerate(steps) if step.state != "done"), None)
    if first is not None:
        steps[first] = Step(steps[first].name, "current", steps[first].at)
    return steps
