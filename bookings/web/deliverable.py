"""Deliverables: sent to a mission, downloaded, shared."""

from io import BytesIO
from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.service import deliverable as files
from bookings.service.deliverable import Upload
from bookings.web.mission import move
from kit.download import attachment
from kit.web import actor, permission

blueprint = Blueprint("deliverables", __name__)


@blueprint.post("/missions/<uuid:mission_id>/deliverables")
@permission("deliverable.add")
def add(mission_id: UUID) -> Response:
    """Send a file."""
    sent, form = request.files.get("file"), request.form
    name = (sent.filename or "") if sent else ""
    content = cast(BinaryIO, sent.stream) if sent else BytesIO()
    upload = Upload(name, content, form.get("document", ""), form.get("note", ""))
    return move(mission_id, "Le fichier est déposé.", lambda: files.add_deliverable(actor(), mission_id, upload))


@blueprint.get("/deliverables/<uuid:deliverable_id>")
@permission("deliverable.view")
def download(deliverable_id: UUID) -> Response:
    """The file, always to be saved and never shown."""
    file, content = files.read_deliverable(actor(), deliverable_id)
    return attachment(content, file.content_type, file.file_name, file.sha256)


@blueprint.post("/deliverables/<uuid:deliverable_id>/share")
@permission("deliverable.share")
def share(deliverable_id: UUID) -> Response:
    """Let the GRADeS read it, or not any more."""
    shared = request.form.get("shared") == "yes"
    deliverable = files.share_deliverable(actor(), deliverable_id, shared)
    flash(f"{deliverable.name} est {'partagé avec le GRADeS' if shared else 'de nouveau réservé à vous'}.", "good")
    return redirect(url_for("missions.view_mission", mission_id=deliverable.mission_id, _anchor="livrables"), 303)
