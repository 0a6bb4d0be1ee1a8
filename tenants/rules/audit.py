"""The audit log as it is asked for and shown: filters, who acted and as whom, a line of a table. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from kit.errors import Invalid
from kit.french import NBSP
from kit.typed import identifier
from tenants.rules.roles import ROLE_LABELS

KINDS = {
    "person": "Une personne",
    "token": "Un programme",
    "system": "Le portail lui-même",
    "operator": "L’exploitant",
    "anonymous": "Un visiteur",
}
ERASED = "Personne effacée"
# Whoever comes in is a visitor until then: the line is about them, and says so.
ENTRANCE = "session.start"
# CNIL, recommendation of 14 October 2021: logs are kept six months at least; the database refuses less too.
LEAST_KEPT = timedelta(days=184)
LONGEST = 200
# What a spreadsheet would compute.
_FORMULA = frozenset("=+-@\t\r")
HEADINGS = (
    "numéro",
    "date et heure",
    "nature",
    "qui",
    "identifiant de qui",
    "en tant que",
    "action",
    "ce qui a été fait",
    "objet",
    "adresse IP",
    "requête",
    "faits",
    "empreinte",
)


class Said(Protocol):
    """A line of the log, whoever holds it."""

    number: Any
    at: Any
    action: Any
    subject_id: Any
    actor_kind: Any
    actor_id: Any
    actor_name: Any
    acting_as: Any
    ip: Any
    request_id: Any
    facts: Any
    hash: Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: of whom, which act, about what, in which days (both included, on the portal's clocks).

    `after` is the identifier of the last line of the page before: pages go backwards, the latest line first.
    """

    who: str = ""
    kind: str = ""
    action: str = ""
    subject_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    request_id: str = ""
    after: UUID | None = None
    limit: int = 30

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than everything."""
        return replace(self, after=None, limit=0) != Wanted(limit=0)


def read_wanted(typed: Mapping[str, str]) -> Wanted:
    """What was asked for. Raises Invalid (fields kind, subject, since, until)."""
    said = {name: value[:LONGEST].replace("\0", "").strip() for name, value in typed.items()}
    faults: dict[str, str] = {}
    since, until = (_day(said.get(name, ""), name, faults) for name in ("since", "until"))
    if since and until and since > until:
        faults["until"] = "La fin vient avant le début."
    subject = identifier(said["subject"]) if said.get("subject") else None
    if said.get("subject") and subject is None:
        faults["subject"] = "Ce n’est pas un identifiant\N{NO-BREAK SPACE}: copiez-le en entier."
    if said.get("kind") and said["kind"] not in KINDS:
        faults["kind"] = "Choisissez dans la liste."
    if faults:
        raise Invalid("Cette recherche n’est pas lisible.", faults)
    return Wanted(
        who=said.get("who", ""),
        kind=said.get("kind", ""),
        action=said.get("action", ""),
        subject_id=subject,
        since=since,
        until=until,
        request_id=said.get("request", ""),
        after=identifier(said.get("after", "")),
    )


def instants(wanted: Wanted, zone: str) -> tuple[datetime | None, datetime | None]:
    """From which instant, and before which, on the clocks of `zone`."""
    clock = ZoneInfo(zone)
    midnight = datetime.min.time()
    since = datetime.combine(wanted.since, midnight, clock) if wanted.since else None
    until = datetime.combine(wanted.until + timedelta(days=1), midnight, clock) if wanted.until else None
    return since, until


def check_purge(before: datetime, now: datetime) -> None:
    """Raise Invalid (field before) when lines that must be kept would go."""
    if before > now - LEAST_KEPT:
        raise Invalid(
            f"Le journal des actions se garde six mois au moins (recommandation de la CNIL){NBSP}: choisissez une date "
            "plus ancienne.",
            {"before": "Choisissez une date d’il y a plus de six mois."},
        )


def is_entrance(line: Said) -> bool:
    """Whether a visitor became, by this act, the person that it is about."""
    return bool(line.actor_kind == "anonymous" and line.action == ENTRANCE)


def who(line: Said, names: Mapping[UUID, str]) -> str:
    """Whoever acted, in words. `names`: the names people have today."""
    if line.actor_kind == "person" or is_entrance(line):
        return names.get(line.actor_id or line.subject_id, ERASED)
    said = {
        "token": f"Programme «\N{NO-BREAK SPACE}{line.actor_name}\N{NO-BREAK SPACE}»",
        "system": "Le portail",
        "operator": f"L’exploitant ({line.actor_name})",
        "anonymous": "Visiteur",
    }
    return said.get(str(line.actor_kind), str(line.actor_name or line.actor_kind))


def as_whom(acting_as: str, names: Mapping[UUID, str]) -> str:
    """« Gestionnaire du GRADeS, Responsable du compte (EHPAD Les Ajoncs) ». `names`: those of organisations."""
    said = []
    for part in acting_as.split():
        role, _, key = part.partition(":")
        place = identifier(key)
        label = ROLE_LABELS.get(role, role)
        said.append(f"{label} ({names.get(place, 'un organisme')})" if place else label)
    return ", ".join(said)


def row(line: Said, names: Mapping[UUID, str], act: str, zone: str) -> list[str]:
    """A line of a table to take away, under HEADINGS: instants on the portal's clocks with their offset, no formula."""
    cells = (
        line.number,
        line.at.astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds"),
        KINDS.get(line.actor_kind, line.actor_kind),
        who(line, names),
        line.actor_id,
        as_whom(line.acting_as, names),
        line.action,
        act,
        line.subject_id,
        line.ip,
        line.request_id,
        json.dumps(line.facts, ensure_ascii=False),
        line.hash,
    )
    return [_plain(cell) for cell in cells]


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in _FORMULA else text


def _day(text: str, name: str, faults: dict[str, str]) -> date | None:
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        if 2000 <= found.year < 2200:
            return found
    faults[name] = f"Écrivez une date, par exemple{NBSP}12/03/2027."
    return None
