"""The time sheets of a mission: what the provider declares, what the facility reads before it accepts."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.rules.states import HALF_LABELS, HALVES
from bookings.rules.time_sheet import MOST_LINES
from bookings.service.time_sheet import SheetsPage, submit_time_sheet, view_time_sheets
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import day as french_day
from kit.web import actor, page, permission
from services_catalog.rules.figures import read_day

blueprint = Blueprint("time_sheets", __name__)
SPARE = 4  # empty lines at the end of the form; « Ajouter des lignes » gives as many again


@blueprint.get("/missions/<uuid:mission_id>/time-sheets")
@permission("time_sheet.view")
def view_sheets(mission_id: UUID) -> Response:
    """Every version, the last one first; the form of the next one for the provider."""
    found = view_time_sheets(actor(), mission_id)
    return _page(found, _kept(found))


@blueprint.post("/missions/<uuid:mission_id>/time-sheets")
@permission("time_sheet.submit")
def submit_sheet(mission_id: UUID) -> Response:
    """Send a version; lines left empty count for nothing."""
    rows = _typed()
    if request.form.get("more"):
        return _page(view_time_sheets(actor(), mission_id), rows)
    filled = [row for row in rows if row["on"] or row["what"]]
    try:
        submit_time_sheet(actor(), mission_id, [row | {"on": read_day(row["on"]) or ""} for row in filled])
    except (Invalid, Conflict) as error:
        return _page(view_time_sheets(actor(), mission_id), filled, error)
    flash("Le relevé de temps est envoyé. L’établissement l’accepte avec la mission.", "good")
    return redirect(url_for(".view_sheets", mission_id=mission_id), 303)


def _page(found: SheetsPage, rows: list[dict[str, Any]], error: CrrcError | None = None) -> Response:
    errors = (dict(error.fields) or {"lines": error.sentence}) if error else {}
    spare = [{"on": "", "half": "", "what": ""} for _ in range(min(SPARE, MOST_LINES - len(rows)))]
    return page(
        "time/sheets.html",
        error.status if error else 200,
        found=found,
        rows=[*rows, *spare],
        halves=[("", "")] + [(half, HALF_LABELS[half]) for half in HALVES],
        half_labels=HALF_LABELS,
        said_day=lambda on: french_day(date.fromisoformat(on), weekday=True),
        errors=errors,
        anchors={path: path.replace(".", "-") for path in errors},
    )


def _typed() -> list[dict[str, Any]]:
    columns = [request.form.getlist(name)[:MOST_LINES] for name in ("on", "half", "what")]
    return [{"on": on.strip(), "half": half, "what": what} for on, half, what in zip(*columns, strict=False)]


def _kept(found: SheetsPage) -> list[dict[str, Any]]:
    """The last version's lines: one corrects them, and never types them again."""
    return [dict(line) for line in found.sheets[0][0].lines] if found.sheets else []
