"""Price schedules, for programs: import, what it changes, publication, revision, export."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from werkzeug.wrappers import Response

from kit.web import actor, permission
from services_catalog.gateway.spreadsheet import LARGEST
from services_catalog.schemas import market as schemas
from services_catalog.service import revision as revisions
from services_catalog.service import schedule as schedules
from services_catalog.service import schedule_file as files
from services_catalog.service import schedule_publication as publication
from services_catalog.service.revision import NewRevision
from services_catalog.service.schedule import NewSchedule

blueprint = Blueprint("schedule_api", __name__, description="Bordereaux de prix")
FORMULA = ("index", "base_value", "base_on", "fixed", "digits", "rounding")
CSV = "text/csv"


@blueprint.post("/lots/<uuid:lot_id>/schedules")
@permission("price_schedule.import")
@blueprint.arguments(schemas.ImportSchedule, location="form")
@blueprint.arguments(schemas.ScheduleFile, location="files")
@blueprint.response(201, schemas.PriceScheduleView)
def import_schedule(form: dict[str, Any], upload: dict[str, Any], lot_id: UUID) -> Any:
    """Import a file into a draft. A file that cannot be taken is told cell by cell, in `fields`."""
    file = upload["file"]
    sent = NewSchedule(
        form["provider_id"],
        form["starts_on"],
        form["ends_on"],
        file.filename or "",
        file.stream.read(LARGEST + 1),
        {name: form[name] for name in FORMULA} if form["index"] or form["base_value"] or form["base_on"] else None,
    )
    return schedules.view_schedule(actor(), schedules.import_schedule(actor(), lot_id, sent).id)


@blueprint.get("/schedules/<uuid:schedule_id>")
@permission("price_schedule.view")
@blueprint.response(200, schemas.PriceScheduleView)
def view_schedule(schedule_id: UUID) -> Any:
    """Read a schedule, its lines and its revisions."""
    return schedules.view_schedule(actor(), schedule_id)


@blueprint.get("/schedules/<uuid:schedule_id>/difference")
@permission("price_schedule.view")
@blueprint.response(200, schemas.ScheduleDifferenceView)
def view_difference(schedule_id: UUID) -> Any:
    """Compare a schedule with the prices in force on its first day."""
    return publication.foresee_publication(actor(), schedule_id)


@blueprint.get("/schedules/<uuid:schedule_id>/export")
@permission("price_schedule.view")
@blueprint.response(200, {"type": "string"}, content_type=CSV)
def export_schedule(schedule_id: UUID) -> Response:
    """Read the lines as CSV: importing it again gives the same lines."""
    _, content = files.export_schedule(actor(), schedule_id, "csv")
    return Response(content, content_type=f"{CSV}; charset=utf-8")


@blueprint.post("/schedules/<uuid:schedule_id>/publish")
@permission("price_schedule.publish")
@blueprint.response(200, schemas.PriceScheduleView)
def publish_schedule(schedule_id: UUID) -> Any:
    """Publish a draft; the schedule in force ends the day before it begins."""
    publication.publish_schedule(actor(), schedule_id)
    return schedules.view_schedule(actor(), schedule_id)


@blueprint.post("/schedules/<uuid:schedule_id>/discard")
@permission("price_schedule.discard")
@blueprint.response(200, schemas.PriceScheduleView)
def discard_schedule(schedule_id: UUID) -> Any:
    """Put a draft aside."""
    schedules.discard_schedule(actor(), schedule_id)
    return schedules.view_schedule(actor(), schedule_id)


@blueprint.get("/schedules/<uuid:schedule_id>/revision")
@permission("price_schedule.revise")
@blueprint.arguments(schemas.ReviseSchedule, location="query")
@blueprint.response(200, schemas.RevisionOutlookView)
def foresee_revision(query: dict[str, Any], schedule_id: UUID) -> Any:
    """Tell what a value of the index would do, line by line; nothing changes."""
    return revisions.foresee_revision(actor(), schedule_id, NewRevision(**query))


@blueprint.post("/schedules/<uuid:schedule_id>/revise")
@permission("price_schedule.revise")
@blueprint.arguments(schemas.ReviseSchedule)
@blueprint.response(200, schemas.PriceScheduleView)
def revise_schedule(body: dict[str, Any], schedule_id: UUID) -> Any:
    """Decide a revision of the prices."""
    revisions.revise_schedule(actor(), schedule_id, NewRevision(**body))
    return schedules.view_schedule(actor(), schedule_id)
