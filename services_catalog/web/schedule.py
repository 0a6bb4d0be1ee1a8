"""Price schedules: import with a report by cell, what they change, publication, revision, files."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.document.finding import Finding
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import NBSP, day
from kit.typed import identifier
from kit.web import actor, page, permission
from services_catalog.gateway.spreadsheet import LARGEST
from services_catalog.rules.bpu_words import COLUMNS
from services_catalog.rules.bracket import bracket_in_words
from services_catalog.rules.market import revision_on
from services_catalog.rules.offer import UNCHANGED, percent, revised
from services_catalog.rules.states import PRICE_SCHEDULE, TARIFF_LABELS, UNIT_LABELS
from services_catalog.service import lot as lots
from services_catalog.service import schedule as schedules
from services_catalog.service import schedule_file as files
from services_catalog.service import schedule_publication as publication
from services_catalog.service.schedule import NewSchedule, SchedulePage
from services_catalog.web.market import XLSX, attachment, blueprint
from services_catalog.web.typed import boxes, boxes_of, day_of, whole

WORDS = {"units": UNIT_LABELS, "tariffs": TARIFF_LABELS, "bracket": bracket_in_words, "percent": percent}
FORMULA = ("index", "base_value", "fixed", "digits", "rounding")


@blueprint.get("/staff/lots/<uuid:lot_id>/schedules")
@permission("price_schedule.import")
def ask_schedule(lot_id: UUID) -> Response:
    """Where to send a file of prices."""
    return _import_page(lot_id)


@blueprint.post("/staff/lots/<uuid:lot_id>/schedules")
@permission("price_schedule.import")
def import_schedule(lot_id: UUID) -> Response:
    """Read a file into a draft, or say cell by cell why not."""
    try:
        made = schedules.import_schedule(actor(), lot_id, _sent())
    except Invalid as error:
        return _import_page(lot_id, error, getattr(error, "findings", []))
    flash(f"Le bordereau n°{NBSP}{made.number} est lu. Vérifiez-le, puis publiez-le.", "good")
    return redirect(url_for(".view_schedule", schedule_id=made.id), 303)


@blueprint.get("/staff/schedules/<uuid:schedule_id>")
@permission("price_schedule.view")
def view_schedule(schedule_id: UUID) -> Response:
    """A schedule: its prices today, its revisions, what publishing a draft would change."""
    outlook = publication.foresee_publication(actor(), schedule_id)
    found = outlook.page
    applies = revision_on(found.revisions, max(found.schedule.starts_on, min(found.on, found.schedule.ends_on)))
    coefficient = applies.coefficient_ppm if applies else UNCHANGED
    return page(
        "market/schedule.html",
        outlook=outlook,
        **_about(found),
        coefficient=coefficient,
        unchanged=coefficient == UNCHANGED,
        lines=[(line, revised(line.unit_cents, coefficient)) for line in found.lines],
        moves=[move for move in PRICE_SCHEDULE.moves if PRICE_SCHEDULE.can(found.schedule.state, move)],
    )


@blueprint.get("/staff/schedules/<uuid:schedule_id>/publish")
@permission("price_schedule.publish")
def ask_publish(schedule_id: UUID) -> Response:
    """What publishing changes, before it is done."""
    return _publish_page(schedule_id)


@blueprint.post("/staff/schedules/<uuid:schedule_id>/publish")
@permission("price_schedule.publish")
def publish_schedule(schedule_id: UUID) -> Response:
    """Publish."""
    try:
        made = publication.publish_schedule(actor(), schedule_id, whole(request.form.get("compared_with", "")))
    except Conflict as error:
        return _publish_page(schedule_id, error)
    flash(f"Les prix sont publiés\N{NO-BREAK SPACE}: ils s’appliquent à partir du {day(made.starts_on)}.", "good")
    return redirect(url_for(".view_schedule", schedule_id=schedule_id), 303)


@blueprint.get("/staff/schedules/<uuid:schedule_id>/discard")
@permission("price_schedule.discard")
def ask_discard(schedule_id: UUID) -> Response:
    """Whether to put a draft aside."""
    return page(
        "market/discard.html", **_about(schedules.view_schedule(actor(), schedule_id, "price_schedule.discard"))
    )


@blueprint.post("/staff/schedules/<uuid:schedule_id>/discard")
@permission("price_schedule.discard")
def discard_schedule(schedule_id: UUID) -> Response:
    """Put a draft aside."""
    try:
        schedules.discard_schedule(actor(), schedule_id)
    except Conflict as error:
        flash(error.sentence, "bad")
        return redirect(url_for(".view_schedule", schedule_id=schedule_id), 303)
    found = schedules.view_schedule(actor(), schedule_id)
    flash(f"Le bordereau n°{NBSP}{found.schedule.number} est écarté.", "good")
    return redirect(url_for(".view_agreement", agreement_id=found.agreement.id), 303)


@blueprint.get("/staff/schedules/<uuid:schedule_id>/original")
@permission("price_schedule.view")
def original(schedule_id: UUID) -> Response:
    """The file as it was sent."""
    name, content = files.read_original(actor(), schedule_id)
    return attachment(content, name, "application/octet-stream")


@blueprint.get("/staff/schedules/<uuid:schedule_id>/export.csv")
@permission("price_schedule.view")
def export_csv(schedule_id: UUID) -> Response:
    """The lines, as CSV."""
    name, content = files.export_schedule(actor(), schedule_id, "csv")
    return attachment(content, name, "text/csv")


@blueprint.get("/staff/schedules/<uuid:schedule_id>/export.xlsx")
@permission("price_schedule.view")
def export_xlsx(schedule_id: UUID) -> Response:
    """The lines, as XLSX."""
    name, content = files.export_schedule(actor(), schedule_id, "xlsx")
    return attachment(content, name, XLSX)


def _about(found: SchedulePage) -> dict[str, Any]:
    return {"found": found, "schedule": found.schedule, "agreement": found.agreement, "lot": found.lot, **WORDS}


def _publish_page(schedule_id: UUID, error: Conflict | None = None) -> Response:
    outlook = publication.foresee_publication(actor(), schedule_id, "price_schedule.publish")
    refusal = error.sentence if error else outlook.refusal
    return page(
        "market/publish.html", error.status if error else 200, outlook=outlook, refusal=refusal, **_about(outlook.page)
    )


def _import_page(lot_id: UUID, error: CrrcError | None = None, findings: list[Finding] | None = None) -> Response:
    agreement, picture = lots.view_lot(actor(), lot_id, "price_schedule.import")
    typed: Mapping[str, str] = request.form
    errors = dict(error.fields) if error and not findings else {}
    names = ("starts_on", "ends_on", "base_on")
    dates = {name: boxes(typed, name) for name in names}
    if not error:
        first = None if picture.schedules else agreement.starts_on
        dates = {"starts_on": boxes_of(first), "ends_on": boxes_of(agreement.ends_on)}
        dates["base_on"] = boxes_of(None)
    return page(
        "market/import.html",
        error.status if error else 200,
        agreement=agreement,
        picture=picture,
        lot=picture.lot,
        holders=[(str(one.provider_id), one.name) for one in picture.holders],
        typed=typed,
        dates=dates,
        columns=[(column.heading, column.needed) for column in COLUMNS.values()],
        largest=LARGEST // 1024**2,
        errors=errors,
        findings=findings or [],
    )


def _sent() -> NewSchedule:
    file = request.files.get("file")
    content = file.stream.read(LARGEST + 1) if file else b""
    if not content:
        fault = "Choisissez un fichier, XLSX ou CSV."
        raise Invalid(fault, {"file": fault})
    return NewSchedule(
        provider_id=identifier(request.form.get("provider_id", "")),
        starts_on=day_of(request.form, "starts_on"),
        ends_on=day_of(request.form, "ends_on"),
        file_name=(file.filename or "") if file else "",
        content=content,
        formula=_formula() if request.form.get("revised") == "yes" else None,
    )


def _formula() -> dict[str, Any]:
    base_on: date | None = day_of(request.form, "base_on")
    return {name: request.form.get(name, "") for name in FORMULA} | {"base_on": base_on}
