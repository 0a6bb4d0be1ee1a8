"""Deliverables: sent to a mission, downloaded, shared."""

from base64 import b64encode
from io import BytesIO
from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from bookings.models import Deliverable
from bookings.service import deliverable as files
from bookings.service.deliverable import Upload
from bookings.web.mission import move
from kit.web import actor, permission

blueprint = Blueprint("deliverables", __name__)
# Whatever a browser makes of it, it runs nothing and shows nothing of the portal.
SANDBOX = "default-src 'none'; sandbox"


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
    return attachment(files.view_deliverable(actor(), deliverable_id))


@blueprint.post("/deliverables/<uuid:deliverable_id>/share")
@permission("deliverable.share")
def share(deliverable_id: UUID) -> Response:
    """Let the GRADeS read it, or not any more."""
    shared = request.form.get("shared") == "yes"
    deliverable = files.share_deliverable(actor(), deliverable_id, shared)
    flash(f"{deliverable.name} est {'partagé avec le GRADeS' if shared else 'de nouveau réservé à vous'}.", "good")
    return redirect(url_for("missions.view_mission", mission_id=deliverable.mission_id, _anchor="livrables"), 303)


def attachment(deliverable: Deliverable) -> Response:
    """The file of a deliverable, under its own type and name."""
    with files.open_file(deliverable) as file:
        content = BytesIO(file.read())
    response = send_file(
        content,
        request.environ,
        mimetype=deliverable.content_type,
        as_attachment=True,
        download_name=deliverable.file_name,
        etag=deliverable.sha256,
    )
    digest = b64encode(bytes.fromhex(deliverable.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
