"""Transmissions, as the API takes and shows them."""

from marshmallow import Schema, fields, validate

from billing.queries.transmission import VIEWS
from billing.rules.states import CHANNELS


class TransmissionsQuery(Schema):
    """Which page of which view: `todo` is what waits for a person."""

    view = fields.String(load_default="all", validate=validate.OneOf(VIEWS))
    after = fields.UUID(load_default=None, metadata={"description": "le dernier élément de la page précédente"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class TransmissionLine(Schema):
    """An invoice on its way. `reference` is the portal's number of the deposit; `said` the last fault or motive."""

    id = fields.UUID(required=True)
    invoice_id = fields.UUID(required=True)
    number = fields.String(required=True)
    channel = fields.String(required=True)
    state = fields.String(required=True)
    reference = fields.String(required=True)
    said = fields.String(required=True)
    deposited_at = fields.AwareDateTime(required=True, allow_none=True)
    next_attempt_at = fields.AwareDateTime(required=True, allow_none=True)


class TransmissionEventView(Schema):
    """What was said, in the portal's word (`status`) and in ours (`label`)."""

    status = fields.String(required=True)
    label = fields.String(required=True)
    detail = fields.String(required=True)
    said_at = fields.AwareDateTime(required=True)


class TransmissionDetail(TransmissionLine):
    """The same with its history, in the order it was said."""

    events = fields.List(fields.Nested(TransmissionEventView), required=True)


class TransmissionsView(Schema):
    """A page; `after` begins the next one."""

    items = fields.List(fields.Nested(TransmissionLine), required=True)
    after = fields.UUID(required=True, allow_none=True)


class RecordDeposit(Schema):
    """A deposit made by hand: its number, its day."""

    reference = fields.String(required=True, validate=validate.Length(1, 100))
    deposited_on = fields.Date(required=True)


class RecordFate(Schema):
    """What became of an invoice that no portal follows; a rejection has its motive."""

    fate = fields.String(required=True, validate=validate.OneOf(("accept", "reject")))
    motive = fields.String(load_default="", validate=validate.Length(max=1000))


class SendAgain(Schema):
    """By which way; the same one when nothing is said."""

    channel = fields.String(load_default="", validate=validate.OneOf(("", *CHANNELS)))


class SendBy(Schema):
    """By which way."""

    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
