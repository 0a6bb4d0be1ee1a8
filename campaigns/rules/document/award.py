"""What a call gives to those it accepts: the section `award` of its document, and what is so without one. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from campaigns.rules.document.calendar import rest_day
from campaigns.rules.document.instants import read_day, read_duration
from kit.document.finding import Finding, error, join, warning
from kit.french import NBSP, day

CONFIRM_WITHIN = timedelta(days=15)
WHOLE_PRICE = 100


@dataclass(frozen=True, slots=True)
class Stage:
    """A milestone that every award of the call has (jalon). `due_on` is its last day, None without one."""

    key: str
    title: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What an award gives. `service` is the slug of a service of the catalogue, None when the document names none.

    The ARS pays `ars_share_percent` of its price, taxes included, `cap_cents` at most (None: no limit).
    """

    service: str | None
    quantity: int
    ars_share_percent: int
    cap_cents: int | None
    confirm_within: timedelta
    stages: tuple[Stage, ...]


def read_terms(
    data: Mapping[str, Any], complete_on: date | None, read: Callable[[str, str], date] | None = None
) -> Terms:
    """The terms of a document that has the schema's shape. `read(text, path)` reads a day (else it must be one)."""
    section = data.get("award", {})
    reader = read or (lambda text, path: read_day(text))
    stages = tuple(
        Stage(
            one["key"],
            one["title"],
            reader(one["due_on"], f"award.milestones[{index}].due_on") if "due_on" in one else complete_on,
        )
        for index, one in enumerate(section.get("milestones", ()))
    )
    cap = section.get("cap")
    return Terms(
        section.get("service"),
        section.get("quantity", 1),
        section.get("ars_share", WHOLE_PRICE),
        None if cap is None else cap * 100,
        read_duration(section["confirm_within"]) if "confirm_within" in section else CONFIRM_WITHIN,
        stages or (Stage("service", "Prestation réalisée et acceptée", complete_on),),
    )


def check_award(data: Mapping[str, Any]) -> Iterator[Finding]:
    """What a schema cannot say of the section: milestones called the same, a price of nothing."""
    section = data.get("award", {})
    seen: dict[str, str] = {}
    for index, one in enumerate(section.get("milestones", ())):
        path = f"award.milestones[{index}].key"
        if one["key"] in seen:
            yield error(path, f"La clé «{NBSP}{one['key']}{NBSP}» est déjà employée à {seen[one['key']]}.")
        seen.setdefault(one["key"], path)
    for word in ("quantity", "ars_share", "cap"):
        if word in section and "service" not in section:
            yield error(join("award", word), f"Sans prestation (service), «{NBSP}{word}{NBSP}» ne porte sur rien.")
    if section.get("ars_share") == 0 and "cap" in section:
        yield error("award.cap", "Un plafond n’a pas de sens quand l’ARS ne prend rien en charge (ars_share: 0).")


def check_terms(terms: Terms, notified_on: date, complete_on: date | None, zone: str) -> Iterator[Finding]:
    """What is impossible or doubtful in the days that follow the notification."""
    confirm_by = notified_on + terms.confirm_within
    path = "award.confirm_within"
    if complete_on and confirm_by > complete_on:
        yield warning(path, f"La réponse serait attendue jusqu’au {day(confirm_by)}, après la fin du parcours.")
    elif rest := rest_day(confirm_by, zone):
        shown = day(confirm_by, weekday="férié" in rest)
        yield warning(
            path, f"Le dernier jour pour répondre est {rest}, le {shown}{NBSP}: personne ne sera là pour aider."
        )
    for index, stage in enumerate(terms.stages):
        path = f"award.milestones[{index}].due_on"
        if stage.due_on and stage.due_on <= notified_on:
            yield error(path, f"Ce jalon précède la notification, le {day(notified_on)}.")
        elif stage.due_on and complete_on and stage.due_on > complete_on:
            yield warning(path, f"Ce jalon vient après la fin du parcours, le {day(complete_on)}.")
