"""Missions, deliverables and acceptances, as the API takes and shows them."""

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from bookings.rules.mission_words import VIEW_LABELS


class MissionsQuery(Schema):
    """What the list keeps."""

    view = fields.String(load_default="all", validate=validate.OneOf(list(VIEW_LABELS)))
    after = fields.UUID(load_default=None, metadata={"description": "the last mission of the page before"})
    limit = fields.Integer(load_default=25, validate=validate.Range(1, 100))


class MissionLine(Schema):
    """A mission."""

    id = fields.UUID()
    number = fields.String()
    title = fields.String()
    mode = fields.String()
    state = fields.String()
    half_days = fields.Integer()
    organisation_id = fields.UUID()
    provider_id = fields.UUID(allow_none=True)
    consultant_id = fields.UUID(allow_none=True)
    order_id = fields.UUID(allow_none=True)
    award_id = fields.UUID(allow_none=True)
    finess_et = fields.String(allow_none=True)
    due_on = fields.Date(allow_none=True)
    starts_at = fields.AwareDateTime(allow_none=True)
    ends_at = fields.AwareDateTime(allow_none=True)
    delivered_at = fields.AwareDateTime(allow_none=True)
    accept_by = fields.Date(allow_none=True, metadata={"description": "last day (included) to answer the delivery"})
    silence_accepts = fields.Boolean(metadata={"description": "whether no answer by then accepts; said at delivery"})
    accepted_at = fields.AwareDateTime(allow_none=True)
    cancelled_at = fields.AwareDateTime(allow_none=True)
    revision = fields.Integer()


class MissionRowView(Schema):
    """A mission in a list, with the names of its two sides."""

    mission = fields.Nested(MissionLine)
    facility = fields.String()
    provider = fields.String(allow_none=True)


class MissionsView(Schema):
    """A page of missions. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(MissionRowView))
    after = fields.UUID(allow_none=True)


class DeliverableView(Schema):
    """A version of a document. Its content is at /deliverables/<id>/content for whoever may read it."""

    id = fields.UUID()
    mission_id = fields.UUID()
    name = fields.String()
    version = fields.Integer()
    file_name = fields.String()
    content_type = fields.String()
    size = fields.Integer(metadata={"description": "bytes"})
    sha256 = fields.String()
    note = fields.String()
    added_at = fields.AwareDateTime()
    shared_at = fields.AwareDateTime(allow_none=True, metadata={"description": "since when the GRADeS may read it"})


class ManifestLine(Schema):
    """A document that is accepted."""

    name = fields.String()
    version = fields.Integer()
    sha256 = fields.String()


class AcceptanceView(Schema):
    """How a mission was accepted."""

    tacit = fields.Boolean()
    name = fields.String()
    function = fields.String()
    manifest = fields.List(fields.Nested(ManifestLine))
    half_days = fields.Integer(allow_none=True)
    accepted_at = fields.AwareDateTime()


class ReserveView(Schema):
    """What was found wrong."""

    id = fields.UUID()
    text = fields.String()
    raised_at = fields.AwareDateTime()
    lifted_at = fields.AwareDateTime(allow_none=True)


class MissionView(Schema):
    """A mission with what was delivered. Send `digest` back to accept exactly the `manifest`."""

    mission = fields.Nested(MissionLine)
    deliverables = fields.List(fields.Nested(DeliverableView))
    manifest = fields.List(fields.Nested(ManifestLine))
    digest = fields.String()
    reserves = fields.List(fields.Nested(ReserveView))
    acceptance = fields.Nested(AcceptanceView, allow_none=True)


class AcceptMission(Schema):
    """Who accepts, and the digest of what they read; 412 when something else was delivered since."""

    name = fields.String(required=True)
    function = fields.String(required=True)
    digest = fields.String(required=True)


class RaiseReserve(Schema):
    """What is wrong with a delivery."""

    text = fields.String(required=True)


class AnswerSatisfaction(Schema):
    """Three answers, from 1 to 5."""

    usefulness = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    quality = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    recommendation = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    comment = fields.String(load_default="")


class AssignMission(Schema):
    """The provider; null for whoever the lot's rule chooses."""

    provider_id = fields.UUID(required=True, allow_none=True)


class SentFile(Schema):
    """The file."""

    file = Upload(load_default=None)


class SentWords(Schema):
    """The document it is a new version of ("" for the one of its own name), and a note."""

    document = fields.String(load_default="")
    note = fields.String(load_default="")


class ShareDeliverable(Schema):
    """Whether the GRADeS may read it."""

    shared = fields.Boolean(required=True)


class OpinionView(Schema):
    """What facilities think of a provider's service: averages in hundredths (1 → 100), of three answers at least."""

    provider = fields.String()
    service = fields.String()
    answers = fields.Integer()
    usefulness = fields.Integer()
    quality = fields.Integer()
    recommendation = fields.Integer()
