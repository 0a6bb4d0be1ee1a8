"""« État du service »: what runs, what is late, what is wrong, for everybody; calm, and without an inside."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, g
from werkzeug.wrappers import Response

from finess.service.reading import view_register
from kit.french import NBSP, day
from kit.web import actor, page, permission
from notifications.rules.incident import IMPACTS
from notifications.rules.status import Line
from notifications.service.incident import SHOWN_FOR
from notifications.service.status import Status, read_status

status = Blueprint("status", __name__)

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
        lines=[*found.lines, register_line()],
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
        return tone, title, f"{worst.incident.title}. Le détail est ci-dessous."
    states = {line.state for line in found.lines}
    if "stopped" in states:
        return STOPPED
    return LATE if "late" in states else WELL


def register_line() -> Line:
    """How old the national register is: eligibility is checked against it."""
    age = view_register(actor()).age
    name, lag = "Registre FINESS", age.age or timedelta()
    if age.generated_at is None:
        return Line("register", name, "stopped", "Aucune édition n’est importée.", None, lag)
    seen = f"Édition du {day(age.generated_at.date())}."
    if age.level == "alarm":
        return Line("register", name, "late", f"{seen} Une plus récente est attendue.", age.generated_at, lag)
    return Line("register", name, "ok", seen, age.generated_at, lag)
