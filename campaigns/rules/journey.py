"""The path of an award (parcours): its steps in a row, and how many paths are left before the end. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from campaigns.rules.award import today
from campaigns.rules.document.steps import Step
from kit.french import day


class Path(Protocol):
    """An award, as its path shows it."""

    state: str
    offered_at: datetime
    confirm_by: date
    confirmed_at: datetime | None
    complete_on: date | None


class Proved(Protocol):
    """A milestone, as the path shows it."""

    title: str
    due_on: date | None
    proved_at: datetime | None


def steps(path: Path, milestones: Sequence[Proved], now: datetime, zone: str) -> list[Step]:
    """From the acceptance to the end; what was given up or lapsed goes no further than its answer."""
    return list(_steps(path, milestones, now, zone))


def _steps(path: Path, milestones: Sequence[Proved], now: datetime, zone: str) -> Iterator[Step]:
    yield Step("Candidature retenue", f"le {_day(path.offered_at, zone)}", "done")
    if path.state in ("declined", "lapsed"):
        yield Step("Désistement" if path.state == "declined" else "Attribution caduque", "Le parcours s’arrête", "done")
        return
    if path.confirmed_at is None:
        yield Step("Confirmation, référent nommé", f"au plus tard le {day(path.confirm_by)}", "current")
    else:
        yield Step("Confirmation, référent nommé", f"le {_day(path.confirmed_at, zone)}", "done")
    awaited = path.confirmed_at is not None
    for one in milestones:
        if one.proved_at is not None:
            yield Step(one.title, f"le {_day(one.proved_at, zone)}", "done")
        else:
            yield Step(one.title, _due(one.due_on, today(now, zone)), "current" if awaited else "next")
            awaited = False
    yield from _end(path, milestones, zone)


def _end(path: Path, milestones: Sequence[Proved], zone: str) -> Iterator[Step]:
    proofs = [one.proved_at for one in milestones if one.proved_at]
    if path.confirmed_at and proofs and len(proofs) == len(milestones):
        yield Step("Parcours terminé", f"le {_day(max(proofs), zone)}", "done")
    elif path.complete_on:
        yield Step("Fin du parcours", f"le {day(path.complete_on)}", "next")


def _due(on: date | None, now: date) -> str:
    if on is None:
        return "sans date fixée"
    return f"en retard, attendu pour le {day(on)}" if on < now else f"au plus tard le {day(on)}"


def _day(at: datetime, zone: str) -> str:
    return day(today(at, zone))


@dataclass(frozen=True, slots=True)
class Burndown:
    """How many paths are left, from the notification (0.0) to the completion date (1.0).

    `points` are (moment, paths left) at each change, up to today; `left` is what remains, `passed` where today stands.
    """

    total: int
    left: int
    passed: float
    points: tuple[tuple[float, int], ...]


def burndown(total: int, finished: Iterable[tuple[date, int]], first: date, last: date, now: date) -> Burndown:
    """The paths left of `total`, given how many were finished on each day (in order). Today may be past `last`."""
    length = max((last - first).days, 1)

    def moment(on: date) -> float:
        return min(max((on - first).days / length, 0.0), 1.0)

    left, points = total, [(0.0, total)]
    for on, number in finished:
        points.append((moment(on), left))
        left -= number
        points.append((moment(on), left))
    points.append((moment(now), left))
    return Burndown(total, left, moment(now), tuple(points))
