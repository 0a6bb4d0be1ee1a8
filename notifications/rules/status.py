"""What everybody may know of what runs without anybody: last run and delay, in calm words, no error of a machine. Pure.

`rules/pulse.py` says the same to managers, with figures and faults.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.french import NBSP, duration
from notifications.rules.pulse import LATE_MAILS, LATE_NEWS, SILENT_AFTER, Beat, State

WORST: Mapping[str, int] = {"ok": 0, "late": 1, "stopped": 2}
AT_ONCE = "Sans attendre."
# What an open incident makes of the whole, by what it keeps people from.
HEAVY: Mapping[str, State] = {"down": "stopped", "slow": "late", "planned": "late", "notice": "ok"}


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the service: its state, the sentence that says it, its last run, and the delay it has taken."""

    key: str
    name: str
    state: State
    seen: str
    last_at: datetime | None
    lag: timedelta


@dataclass(frozen=True, slots=True)
class Waiting:
    """Since when the oldest one waits; None when nothing does."""

    deadlines: datetime | None
    news: datetime | None
    mails: datetime | None


def lines(beats: Mapping[str, Sequence[Beat]], waiting: Waiting, now: datetime) -> list[Line]:
    """The parts of the service, in the order in which people care. The first one is proved by whoever reads it."""
    clock = last_run(beats.get("scheduler", ()), "deadlines")
    worker = max((beat.beat_at for beat in beats.get("worker", ())), default=None)
    return [
        Line(
            "pages",
            "Pages et dépôts",
            "ok",
            "Elles répondent. L’heure d’un dépôt est celle de son arrivée.",
            now,
            timedelta(),
        ),
        _line("deadlines", "Échéances et rappels", clock, waiting.deadlines, LATE_NEWS, now),
        _line("news", "Suites d’une action", worker, waiting.news, LATE_NEWS, now),
        _line("mails", "Courriels", worker, waiting.mails, LATE_MAILS, now),
    ]


def worst(found: Iterable[Line], impacts: Iterable[str]) -> State:
    """The state of the whole: its worst part, or its heaviest incident under way."""
    states: list[State] = [*(line.state for line in found), *(HEAVY[impact] for impact in impacts)]
    return max(states, key=WORST.__getitem__, default="ok")


def last_run(beats: Sequence[Beat], entry: str) -> datetime | None:
    """When an entry of the clock last ran, in any of its processes; the sign of life of one that has just started."""
    ran = [beat.facts.get("entries", {}).get(entry, {}).get("last_at") for beat in beats]
    young = [beat.beat_at for beat in beats if not beat.facts.get("entries")]
    return max([*(datetime.fromisoformat(at) for at in ran if at), *young], default=None)


def _line(key: str, name: str, last: datetime | None, since: datetime | None, most: timedelta, now: datetime) -> Line:
    lag = max(now - since, timedelta()) if since else timedelta()
    if last is None or now - last > SILENT_AFTER:
        silent = f"Arrêt depuis {duration(now - last)}." if last else "À l’arrêt."
        return Line(key, name, "stopped", f"{silent} Ce qui attend partira ensuite, dans l’ordre.", last, lag)
    if lag >= most:
        return Line(key, name, "late", f"En retard de {duration(lag)}{NBSP}: rien n’est perdu.", last, lag)
    return Line(key, name, "ok", AT_ONCE, last, lag)
