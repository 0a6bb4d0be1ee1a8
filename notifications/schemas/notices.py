"""Notices and their mails, as the API shows them."""

from marshmallow import Schema, fields, validate

from notifications.rules.mail import NOTIFICATION


class NoticeFilters(Schema):
    """What the list keeps."""

    state = fields.String(load_default=None, validate=validate.OneOf(NOTIFICATION.states))
    after = fields.UUID(load_default=None, metadata={"description": "The last notice of the previous page."})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class NoticeView(Schema):
    """A notice and how far its mail is."""

    id = fields.UUID(required=True, metadata={"description": "Also the left part of the mail's Message-ID."})
    template = fields.String(required=True)
    subject_id = fields.UUID(required=True, metadata={"description": "What it is about."})
    email = fields.String(required=True)
    title = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "In the portal."})
    state = fields.String(required=True, metadata={"enum": list(NOTIFICATION.states)})
    attempts = fields.Integer(required=True)
    next_attempt_at = fields.AwareDateTime(required=True, allow_none=True)
    sent_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When the mail server took it."}
    )
    last_error = fields.String(
        required=True, allow_none=True, metadata={"description": "The mail server's last words about it."}
    )


class NoticesView(Schema):
    """A page of notices, newest first. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(NoticeView), attribute="rows", required=True)
    after = fields.UUID(allow_none=True, required=True)
