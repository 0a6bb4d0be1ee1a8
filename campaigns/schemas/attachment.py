"""What is joined to files, as the API takes and shows it."""

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from campaigns.rules.states import ATTACHMENT


class SentAttachment(Schema):
    """The bytes, with their name."""

    file = Upload(load_default=None)


class SentQuestion(Schema):
    """What the file answers."""

    field = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "la clé d’un champ de type `file` du formulaire"},
    )


class AttachmentView(Schema):
    """A file that is joined."""

    id = fields.UUID()
    field = fields.String()
    name = fields.String()
    content_type = fields.String()
    size = fields.Integer(metadata={"description": "octets"})
    sha256 = fields.String()
    state = fields.String(
        validate=validate.OneOf(ATTACHMENT.states), metadata={"description": "ce qu’en dit l’antivirus, s’il y en a un"}
    )
    added_at = fields.AwareDateTime()
    submitted_at = fields.AwareDateTime(allow_none=True)


class AttachmentsView(Schema):
    """What a file has: now for its people, as it was submitted for the authority."""

    items = fields.List(fields.Nested(AttachmentView))
