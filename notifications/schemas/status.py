"""The state of the service and its incidents, for programs."""

from marshmallow import Schema, fields, validate

from notifications.rules.incident import IMPACTS, INCIDENT, LONGEST_TITLE, LONGEST_WORDS

STATES = ["ok", "late", "stopped"]


class IncidentUpdateView(Schema):
    """What was said at one instant."""

    number = fields.Integer(required=True)
    words = fields.String(required=True)
    said_at = fields.AwareDateTime(required=True)


class IncidentView(Schema):
    """An incident of the service, what was said of it with the last words first."""

    id = fields.UUID(attribute="incident.id", required=True)
    title = fields.String(attribute="incident.title", required=True)
    impact = fields.String(attribute="incident.impact", required=True, metadata={"enum": list(IMPACTS)})
    state = fields.String(attribute="incident.state", required=True, metadata={"enum": list(INCIDENT.states)})
    began_at = fields.AwareDateTime(attribute="incident.began_at", required=True)
    until_at = fields.AwareDateTime(
        attribute="incident.until_at", required=True, allow_none=True, metadata={"description": "A forecast."}
    )
    resolved_at = fields.AwareDateTime(attribute="incident.resolved_at", required=True, allow_none=True)
    updates = fields.List(fields.Nested(IncidentUpdateView), required=True)


class StatusLineView(Schema):
    """One part of the service."""

    key = fields.String(required=True, metadata={"enum": ["pages", "deadlines", "news", "mails"]})
    name = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": STATES})
    seen = fields.String(required=True, metadata={"description": "The sentence of the page, in French."})
    last_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "When it last ran."})
    lag = fields.TimeDelta(
        required=True, precision="seconds", metadata={"description": "Seconds that the oldest has waited."}
    )


class StatusView(Schema):
    """The whole."""

    state = fields.String(required=True, metadata={"enum": STATES})
    now = fields.AwareDateTime(required=True)
    lines = fields.List(fields.Nested(StatusLineView), required=True)
    open = fields.List(fields.Nested(IncidentView), attribute="incidents.open", required=True)
    over = fields.List(
        fields.Nested(IncidentView),
        attribute="incidents.over",
        required=True,
        metadata={"description": "Those of the last ninety days."},
    )


class IncidentBody(Schema):
    """An incident to tell everybody, or a maintenance to come."""

    title = fields.String(required=True, validate=validate.Length(1, LONGEST_TITLE))
    words = fields.String(required=True, validate=validate.Length(1, LONGEST_WORDS))
    impact = fields.String(required=True, validate=validate.OneOf(list(IMPACTS)))
    began_at = fields.AwareDateTime(load_default=None, metadata={"description": "Now when it is absent."})
    until_at = fields.AwareDateTime(load_default=None, metadata={"description": "A forecast."})


class IncidentWords(Schema):
    """Where it stands."""

    words = fields.String(required=True, validate=validate.Length(1, LONGEST_WORDS))
