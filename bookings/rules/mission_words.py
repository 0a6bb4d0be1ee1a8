"""The words of missions: views of a list, the steps of one as a line of time. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

VIEW_LABELS = {
    "current": "En cours",
    "ours": "À faire par nous",
    "late": "En retard",
    "unassigned": "Sans prestataire",
    "unplanned": "Sans date",
    "delivered": "En attente d’acceptation",
    "done": "Terminées et annulées",
    "all": "Toutes",
}
MODE_LABELS = {"mission": "Mission", "session": "Séance collective", "time": "Temps partagé"}


class Dated(Protocol):
    """A mission, as its line of time looks at it."""

    state: str
    created_at: datetime
    assigned_at: datetime | None
    starts_at: datetime | None
    started_at: datetime | None
    delivered_at: datetime | None
    accepted_at: datetime | None
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step as app/templates/macros/campaign.html draws it: done, current or next; `when` in words."""

    name: str
    when: str
    state: str


# In order: the state that a mission has once the step is done.
_ORDER = ("created", "assigned", "planned", "running", "delivered", "accepted")


def steps(mission: Dated, say: Callable[[datetime], str]) -> list[Step]:
    """Where a mission stands, step by step; `say` writes an instant. Reserves bring it back to its delivery."""
    dates = (
        ("Demandée", mission.created_at),
        ("Attribuée", mission.assigned_at),
        ("Date fixée", mission.starts_at),
        ("Commencée", mission.started_at),
        ("Livrée", mission.delivered_at),
        ("Acceptée", mission.accepted_at),
    )
    if mission.state == "cancelled":
        kept = [Step(name, say(at), "done") for name, at in dates[:2] if at is not None]
        return [*kept, Step("Annulée", say(mission.cancelled_at) if mission.cancelled_at else "", "current")]
    state = "running" if mission.state == "reserved" else mission.state
    reached = _ORDER.index(state)
    found = []
    for index, (name, at) in enumerate(dates):
        if index <= reached:
            found.append(Step(name, say(at) if at else "", "done"))
        else:
            found.append(Step(name, _waiting(mission, name), "current" if index == reached + 1 else "next"))
    return found


def _waiting(mission: Dated, name: str) -> str:
    return "De nouveau, après réserves" if mission.state == "reserved" and name == "Livrée" else ""
