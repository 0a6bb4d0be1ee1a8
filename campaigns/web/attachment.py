"""What is joined to a file: sent whole or in pieces, opened, removed. docs/ui.md has the protocol of the pieces.

What goes wrong is told as by any page: to a script, as JSON (app/fault_answer.py).
"""

from base64 import b64decode
from binascii import Error
from contextlib import suppress
from io import BytesIO
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import Blueprint, current_app, jsonify, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from campaigns.models import AttachmentUpload
from campaigns.rules.attachment import PIECE_BYTES
from campaigns.rules.form import FormSection
from campaigns.service import attachment as attachments
from campaigns.service import upload as uploads
from campaigns.service.attachment import Kept, Upload
from campaigns.web.controls import file_control
from kit import clamd
from kit.download import attachment as handed_over
from kit.errors import Conflict, Invalid, NotFound, TooManyRequests
from kit.typed import number
from kit.web import actor, permission

blueprint = Blueprint("attachments", __name__)


@blueprint.post("/candidacies/<uuid:candidacy_id>/attachments")
@permission("attachment.add")
def add(candidacy_id: UUID) -> Response:
    """Join a file, in one request. A script is told what the question shows now; a browser goes back to the file."""
    kept = attachments.add_attachment(
        actor(), candidacy_id, request.form.get("field", ""), _upload(request.files.get("file"))
    )
    return _shown(kept, 201) if _is_script() else _back(candidacy_id)


@blueprint.get("/attachments/<uuid:attachment_id>")
@permission("attachment.view")
def download(attachment_id: UUID) -> Response:
    """The file, always to be saved and never shown."""
    found, content = attachments.read_attachment(actor(), attachment_id)
    return handed_over(content, found.content_type, found.name, found.sha256)


@blueprint.post("/attachments/<uuid:attachment_id>/remove")
@permission("attachment.remove")
def remove(attachment_id: UUID) -> Response:
    """Take a file away."""
    return _back(attachments.remove_attachment(actor(), attachment_id).id)


@blueprint.post("/candidacies/<uuid:candidacy_id>/uploads")
@permission("attachment.add")
def begin(candidacy_id: UUID) -> Response:
    """Announce a file that will come in pieces."""
    form = request.form
    size = number(form.get("size", "")) or 0
    begun = uploads.begin_upload(actor(), candidacy_id, form.get("field", ""), form.get("name", ""), size)
    where = url_for(".progress", upload_id=begun.id)
    said = _json({"upload": where, "offset": 0, "piece": PIECE_BYTES}, 201)
    said.headers["Location"] = where
    return said


@blueprint.get("/uploads/<uuid:upload_id>")
@permission("attachment.add")
def progress(upload_id: UUID) -> Response:
    """How far it is: where to go on after a line that dropped, from any machine."""
    return _where(uploads.view_upload(actor(), upload_id))


@blueprint.patch("/uploads/<uuid:upload_id>")
@permission("attachment.add")
def receive(upload_id: UUID) -> Response:
    """Keep a piece. The last one makes the attachment; an empty one at the end asks for it again."""
    offset = number(request.headers.get("Upload-Offset", ""))
    begins = -1 if offset is None else offset
    upload = uploads.receive_piece(actor(), upload_id, begins, request.get_data(), _checksum())
    if upload.received < upload.size:
        return _where(upload)
    return _shown(uploads.finish_upload(actor(), upload_id), 200)


@blueprint.delete("/uploads/<uuid:upload_id>")
@permission("attachment.add")
def cancel(upload_id: UUID) -> Response:
    """Forget what was received."""
    uploads.cancel_upload(actor(), upload_id)
    return Response(status=204)


def join_sent(candidacy_id: UUID, section: FormSection) -> dict[str, str]:
    """Join the files that a section's own form carries; by question, why one is not kept. The others are."""
    faults: dict[str, str] = {}
    for field in section.fields:
        for sent in request.files.getlist(field.key) if field.type == "file" else ():
            if not sent.filename:
                continue
            try:
                attachments.add_attachment(actor(), candidacy_id, field.key, _upload(sent))
            except (Invalid, Conflict, TooManyRequests) as error:
                faults[field.key] = error.fields.get(field.key, error.sentence)
    return faults


def remove_chosen() -> bool:
    """Take away the file whose button was clicked in a section's form, if one was; twice is once."""
    chosen = request.form.get("remove", "")
    if not chosen:
        return False
    with suppress(ValueError, NotFound):
        attachments.remove_attachment(actor(), UUID(chosen))
    return True


def scan_states(candidacy_id: UUID, section: FormSection) -> dict[str, str]:
    """What the antivirus said of each file, by its number: nothing is asked where there is none, or no question."""
    if not clamd.is_on() or not any(field.type == "file" for field in section.fields):
        return {}
    return _states(candidacy_id)


def _states(candidacy_id: UUID) -> dict[str, str]:
    return {str(one.id): one.state for one in attachments.list_attachments(actor(), candidacy_id)}


def _upload(sent: FileStorage | None) -> Upload:
    return Upload("", BytesIO()) if sent is None else Upload(sent.filename or "", cast(BinaryIO, sent.stream))


def _is_script() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def _back(candidacy_id: UUID) -> Response:
    return redirect(url_for("candidacies.view", candidacy_id=candidacy_id), 303)


def _shown(kept: Kept, status: int) -> Response:
    control = file_control(kept.field, kept.answer)
    states = _states(kept.attachment.candidacy_id) if clamd.is_on() else {}
    # Without the frame of a page, which would ask how many notices there are to read.
    html = current_app.jinja_env.get_template("candidacies/_files_joined.html").render(control=control, states=states)
    return _json({"id": str(kept.attachment.id), "sha256": kept.attachment.sha256, "html": html}, status)


def _where(upload: AttachmentUpload) -> Response:
    said = _json({"offset": upload.received, "size": upload.size, "whole": upload.attachment_id is not None})
    said.headers["Upload-Offset"], said.headers["Upload-Length"] = str(upload.received), str(upload.size)
    said.headers["Cache-Control"] = "no-store"
    return said


def _checksum() -> str:
    """The SHA-256 that `Upload-Checksum: sha256 <base64>` announces, in hexadecimal; "" when nothing is."""
    algorithm, _, text = request.headers.get("Upload-Checksum", "").partition(" ")
    if not algorithm:
        return ""
    try:
        return b64decode(text, validate=True).hex() if algorithm == "sha256" else "-"
    except (Error, ValueError):
        return "-"


def _json(body: dict[str, Any], status: int = 200) -> Response:
    response: Response = jsonify(body)
    response.status_code = status
    return response
