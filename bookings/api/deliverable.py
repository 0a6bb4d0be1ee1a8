"""Deliverables, for programs: sent, described, read, shared."""

from io import BytesIO
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from werkzeug.wrappers import Response

from bookings.models import Deliverable
from bookings.schemas import mission as schemas
from bookings.service import deliverable as files
from bookings.service.deliverable import Upload
from kit.download import attachment
from kit.web import actor, permission

blueprint = Blueprint("deliverable_api", __name__, description="Livrables")


@blueprint.post("/missions/<uuid:mission_id>/deliverables")
@permission("deliverable.add")
@blueprint.arguments(schemas.SentFile, location="files")
@blueprint.arguments(schemas.SentWords, location="form")
@blueprint.response(201, schemas.DeliverableView)
def add_deliverable(sent: dict[str, Any], words: dict[str, Any], mission_id: UUID) -> Deliverable:
    """Send a file (25 MB at most): the next version of its document."""
    file = sent["file"]
    name, content = (file.filename or "", file.stream) if file else ("", BytesIO())
    return files.add_deliverable(actor(), mission_id, Upload(name, content, words["document"], words["note"]))


@blueprint.get("/deliverables/<uuid:deliverable_id>")
@permission("deliverable.view")
@blueprint.response(200, schemas.DeliverableView)
def view_deliverable(deliverable_id: UUID) -> Deliverable:
    """Read what is known of a deliverable."""
    return files.view_deliverable(actor(), deliverable_id)


@blueprint.get("/deliverables/<uuid:deliverable_id>/content")
@permission("deliverable.view")
@blueprint.response(200, content_type="application/octet-stream")
def read_content(deliverable_id: UUID) -> Response:
    """Read its content, under its own type."""
    file, content = files.read_deliverable(actor(), deliverable_id)
    return attachment(content, file.content_type, file.file_name, file.sha256)


@blueprint.put("/deliverables/<uuid:deliverable_id>/shared")
@permission("deliverable.share")
@blueprint.arguments(schemas.ShareDeliverable)
@blueprint.response(200, schemas.DeliverableView)
def share_deliverable(body: dict[str, Any], deliverable_id: UUID) -> Deliverable:
    """Let the GRADeS read it, or not any more."""
    return files.share_deliverable(actor(), deliverable_id, body["shared"])
