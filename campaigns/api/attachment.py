"""Attachments of files, for programs: sent, listed, read, removed."""

from io import BytesIO
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from werkzeug.wrappers import Response

from campaigns.models import Attachment
from campaigns.schemas import attachment as schemas
from campaigns.service import attachment as attachments
from campaigns.service.attachment import Upload
from kit.download import attachment as handed_over
from kit.web import actor, permission

blueprint = Blueprint("attachment_api", __name__, description="Pièces jointes des dossiers")


@blueprint.get("/candidacies/<uuid:candidacy_id>/attachments")
@permission("attachment.view")
@blueprint.response(200, schemas.AttachmentsView)
def list_attachments(candidacy_id: UUID) -> dict[str, Any]:
    """List what is joined to a file."""
    return {"items": attachments.list_attachments(actor(), candidacy_id)}


@blueprint.post("/candidacies/<uuid:candidacy_id>/attachments")
@permission("attachment.add")
@blueprint.arguments(schemas.SentAttachment, location="files")
@blueprint.arguments(schemas.SentQuestion, location="form")
@blueprint.response(201, schemas.AttachmentView)
def add_attachment(sent: dict[str, Any], question: dict[str, Any], candidacy_id: UUID) -> Attachment:
    """Join a file to a question (25 MB at most, less where the call says so). The same bytes twice are one file."""
    file = sent["file"]
    name, content = (file.filename or "", file.stream) if file else ("", BytesIO())
    return attachments.add_attachment(actor(), candidacy_id, question["field"], Upload(name, content)).attachment


@blueprint.get("/attachments/<uuid:attachment_id>/content")
@permission("attachment.view")
@blueprint.response(200, content_type="application/octet-stream")
def read_attachment(attachment_id: UUID) -> Response:
    """Read its content, under its own type."""
    found, content = attachments.read_attachment(actor(), attachment_id)
    return handed_over(content, found.content_type, found.name, found.sha256)


@blueprint.delete("/attachments/<uuid:attachment_id>")
@permission("attachment.remove")
@blueprint.response(204)
def remove_attachment(attachment_id: UUID) -> None:
    """Take a file away. One that a submission names stays with that submission."""
    attachments.remove_attachment(actor(), attachment_id)
