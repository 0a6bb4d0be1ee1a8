"""Webhooks, as the API takes and shows them. A secret is in the answer that makes it, and in no other."""

from marshmallow import Schema, fields, validate

from notifications.rules.webhook import DELIVERY_STATES, LONGEST_NAME, LONGEST_URL, WEBHOOK_ENDPOINT

TOPICS = fields.List(
    fields.String(validate=validate.Length(max=60)),
    required=True,
    validate=validate.Length(1, 100),
    metadata={"description": "Topics among those of `GET /webhooks/topics`."},
)


class WebhookBody(Schema):
    """An address and what it is told."""

    name = fields.String(required=True, validate=validate.Length(1, LONGEST_NAME))
    url = fields.String(required=True, validate=validate.Length(1, LONGEST_URL), metadata={"format": "uri"})
    topics = TOPICS


class WebhookView(Schema):
    """An address, and how it goes."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True)
    topics = fields.List(fields.String(), required=True)
    state = fields.String(required=True, metadata={"enum": list(WEBHOOK_ENDPOINT.states)})
    pause_reason = fields.String(required=True, metadata={"description": "Empty unless the portal paused it itself."})
    failing_since = fields.AwareDateTime(required=True, allow_none=True)
    retry_at = fields.AwareDateTime(required=True, allow_none=True)
    previous_until = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Until when the secret before signs too."}
    )
    created_at = fields.AwareDateTime(required=True)
    revision = fields.Integer(required=True, metadata={"description": "Also the ETag."})


class NewWebhookView(WebhookView):
    """An address with its secret."""

    secret = fields.String(required=True, metadata={"description": "`whsec_…`, shown this once."})


class WebhooksView(Schema):
    """All of them, twenty at most."""

    items = fields.List(fields.Nested(WebhookView), required=True)


class TopicView(Schema):
    """Something that other systems may be told."""

    topic = fields.String(required=True)
    sentence = fields.String(required=True)


class TopicsView(Schema):
    """All of them."""

    items = fields.List(fields.Nested(TopicView), required=True)


class DeliveryFilters(Schema):
    """What the log keeps."""

    state = fields.String(load_default=None, validate=validate.OneOf(DELIVERY_STATES))
    after = fields.UUID(load_default=None, metadata={"description": "The last delivery of the previous page."})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class DeliveryView(Schema):
    """A piece of news on its way."""

    message_id = fields.UUID(required=True, metadata={"description": "Also the header webhook-id."})
    topic = fields.String(required=True)
    subject_id = fields.UUID(required=True)
    emitted_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True, metadata={"enum": list(DELIVERY_STATES)})
    attempts = fields.Integer(required=True)
    tried_at = fields.AwareDateTime(required=True, allow_none=True)
    status = fields.Integer(required=True, allow_none=True, metadata={"description": "0: no answer came."})
    milliseconds = fields.Integer(required=True, allow_none=True)
    fault = fields.String(required=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)


class DeliveriesView(Schema):
    """A page of the log, the youngest news first. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(DeliveryView), required=True)
    after = fields.UUID(required=True, allow_none=True)


class ReplayBody(Schema):
    """From when on to tell again."""

    since = fields.AwareDateTime(required=True)


class ReplayView(Schema):
    """How much is told again."""

    count = fields.Integer(required=True)
