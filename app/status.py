"""« État du service »: what runs, what is late, what is wrong, for everybody; calm, and without an inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, g
from werkzeug.wrappers import Response

from finess.service.reading import view_register
from kit.french import NBSP, day, duration
from kit.web import actor, page, permission
from notifications.rules.incident import IMPACTS
from notifications.rules.status import Line
from notifications.service.incident import SHOWN_FOR
from notifications.service.status import Status, read_status

status = Blueprint("status", __name__)
AT_ONCE = timedelta(seconds=15)  # processes tell their figures every five seconds


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the service, as `pulses` of macros/status.html shows it."""

    name: str
    state: str
    seen: str
    facts: str = ""


TONES: Mapping[str, tuple[str, str]] = {
    "down": ("bad", "Une partie du service est indisponible"),
    "slow": ("wait", "Le service est perturbé"),
    "planned": ("wait", "Une maintenance est en cours"),
    "notice": ("info", "À savoir"),
}
LATE = (
    "wait",
    "Des traitements prennent du retard",
    f"Les pages et les dépôts fonctionnent. Rien n’est perdu{NBSP}: ce qui attend part dès que possible.",
)
STOPPED = (
    "bad",
    "Des traitements sont à l’arrêt",
    "Les pages et les dépôts fonctionnent. Rappels, annonces et courriels attendent la reprise et partiront dans "
    "l’ordre, une seule fois.",
)
WELL = (
    "good",
    "Tout fonctionne",
    "Les échéances se déclenchent à l’heure, les courriels partent.",
)


@status.get("/status")
@permission("public.view")
def view() -> Response:
    """The state of the service at this instant."""
    found = read_status(actor())
    tone, title, text = headline(found)
    response = page(
        "status/status.html",
        found=found,
        parts=[*(shown(line, found.now) for line in found.lines), register_part()],
        tone=tone,
        title=title,
        text=text,
        impacts=IMPACTS,
        shown_for=SHOWN_FOR,
        zone=g.tenant.zone,
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def headline(found: Status) -> tuple[str, str, str]:
    """Tone, title and sentence of the whole: the worst incident under way before what the machines say."""
    worst = next(iter(found.under_way), None)
    if worst is not None and worst.incident.impact != "notice":
        tone, title = TONES[worst.incident.impact]
        return tone, title, f"{worst.incident.title.rstrip('.')}. Le détail est ci-dessous."
    states = {line.state for line in found.lines}
    if "stopped" in states:
        return STOPPED
    return LATE if "late" in states else WELL


def shown(line: Line, now: datetime) -> Part:
    """A part as the page shows it; the first one is proved by whoever reads it."""
    if line.last_at is None or line.state == "stopped" or line.key == "pages":
        return Part(line.name, line.state, line.seen)
    ago = now - line.last_at
    said = "à l’instant" if ago < AT_ONCE else f"il y a {duration(ago)}"
    return Part(line.name, line.state, line.seen, f"Dernier passage{NBSP}: {said}.")


def register_part() -> Part:
    """How old the national register is: eligibility is checked against it."""
    age, name = view_register(actor()).age, "Registre FINESS"
    if age.generated_at is None:
        return Part(name, "stopped", "Aucune édition n’est importée.")
    seen = f"Édition du {day(age.generated_at.date())}."
    if age.level == "alarm":
        return Part(name, "late", f"{seen} Une plus récente est attendue.")
    return Part(name, "current", seen)
