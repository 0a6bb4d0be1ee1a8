"""From a delivery to its acceptance (service fait): what is accepted, until when, who is reminded. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from kit import signing
from kit.errors import Invalid

REMINDERS = (5, 1)  # days before the last one
LONGEST_TEXT = 4000
LONGEST_LINE = 200
# The states in which a provider may still add a deliverable.
OPEN_TO_FILES = frozenset({"assigned", "planned", "running", "delivered", "reserved"})


class Filed(Protocol):
    """A deliverable, as a manifest names it."""

    name: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who accepts, as they want it written."""

    name: str
    function: str


def accept_by(delivered_on: date, days: int) -> date:
    """The last day (included) to answer a delivery."""
    return delivered_on + timedelta(days=days)


def reminders(last: date, delivered_on: date) -> list[tuple[date, str]]:
    """(day, key) of the reminders that come after the delivery; a key names the last day, which may move."""
    days = [(last - timedelta(days=before), f"{last}:{before}") for before in REMINDERS]
    return [(on, key) for on, key in days if on > delivered_on]


def is_current(key: str, last: date, on: date) -> bool:
    """Whether a reminder still says something: its day is not replaced by another, nor by a nearer reminder."""
    left = (last - on).days
    nearest = min((before for before in REMINDERS if before >= left), default=None)
    return left >= 0 and key == f"{last}:{nearest}"


def manifest(files: Iterable[Filed]) -> list[dict[str, Any]]:
    """The last version of each document, by name: what an acceptance is about."""
    last: dict[str, Filed] = {}
    for one in sorted(files, key=lambda file: file.version):
        last[one.name] = one
    return [{"name": name, "version": last[name].version, "sha256": last[name].sha256} for name in sorted(last)]


def digest(files: list[dict[str, Any]], half_days: int | None) -> str:
    """The seal of what somebody read before accepting it: another file, or another time sheet, makes another seal."""
    return signing.sha256(signing.canonical({"files": files, "half_days": half_days}))


def check_signatory(name: str, function: str) -> Signatory:
    """Raise Invalid (fields name, function) unless somebody is named."""
    typed = {"name": " ".join(name.split()), "function": " ".join(function.split())}
    asked = {"name": "Indiquez votre nom.", "function": "Indiquez votre fonction."}
    faults = {key: asked[key] for key, text in typed.items() if not text}
    faults |= {key: f"{LONGEST_LINE} caractères au plus." for key, text in typed.items() if len(text) > LONGEST_LINE}
    if faults:
        raise Invalid("La prestation n’est pas acceptée\N{NO-BREAK SPACE}: dites qui l’accepte.", faults)
    return Signatory(typed["name"], typed["function"])


def check_reserve(text: str) -> str:
    """The text of a reserve. Raises Invalid (field text)."""
    text = text.strip()
    if not text:
        raise Invalid("Les réserves ne sont pas enregistrées.", {"text": "Décrivez ce qui manque ou ne convient pas."})
    if len(text) > LONGEST_TEXT:
        raise Invalid("Les réserves ne sont pas enregistrées.", {"text": f"{LONGEST_TEXT} caractères au plus."})
    return text
