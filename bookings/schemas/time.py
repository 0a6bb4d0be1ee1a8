"""Half-days of the shared CISO, as programs read and move them."""

from marshmallow import Schema, fields, validate

from bookings.rules.states import HALVES, MOVEMENTS
from bookings.rules.time import LONGEST_NOTE, MOST

NOTE = {"description": "shown in the statement"}
SITE = {"description": "FINESS number of an establishment; null for the whole organisation"}


class AccountsQuery(Schema):
    """Which page of the list; `text` finds organisations by name or FINESS number, those without half-days too."""

    text = fields.String(load_default="", validate=validate.Length(max=120))
    after = fields.UUID(load_default=None, metadata={"description": "the last organisation of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class AccountLineView(Schema):
    """An account, in half-days. `soon` expires within 30 days, `next_on` is the next last day."""

    organisation_id = fields.UUID(attribute="organisation.id")
    finess_ej = fields.String(attribute="organisation.finess_ej")
    name = fields.String(attribute="organisation.name")
    received = fields.Integer()
    granted = fields.Integer()
    purchased = fields.Integer()
    moved = fields.Integer(metadata={"description": "what transfers from other organisations added, or took"})
    available = fields.Integer()
    reserved = fields.Integer()
    consumed = fields.Integer()
    expired = fields.Integer()
    soon = fields.Integer()
    next_on = fields.Date(allow_none=True)


class AccountsView(Schema):
    """A page of accounts. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(AccountLineView), attribute="lines")
    after = fields.UUID(allow_none=True)


class BalanceQuery(Schema):
    """The balance at the end of which day."""

    on = fields.Date(load_default=None, metadata={"description": "today when it is not said"})


class PacketView(Schema):
    """Half-days that came together, and what is left of them."""

    id = fields.UUID(attribute="packet.id")
    finess_et = fields.String(attribute="packet.finess_et", allow_none=True, metadata=SITE)
    source = fields.String(attribute="packet.source")
    starts_on = fields.Date(attribute="packet.starts_on")
    expires_on = fields.Date(attribute="packet.expires_on")
    received = fields.Integer()
    available = fields.Integer()
    reserved = fields.Integer()


class AccountView(Schema):
    """An account at the end of a day: its balance, and the packets as they stand now."""

    organisation_id = fields.UUID(attribute="organisation.id")
    on = fields.Date()
    available = fields.Integer(attribute="balance.available")
    reserved = fields.Integer(attribute="balance.reserved")
    packets = fields.List(fields.Nested(PacketView))


class EntriesQuery(Schema):
    """Which page of the movements, the oldest first."""

    after = fields.UUID(load_default=None, metadata={"description": "the last movement of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class EntryView(Schema):
    """A line of a movement: so many half-days into an account of a packet, or out of it."""

    movement_id = fields.UUID()
    movement = fields.String(validate=validate.OneOf(MOVEMENTS))
    on = fields.Date()
    note = fields.String()
    mission_id = fields.UUID(allow_none=True)
    is_corrected = fields.Boolean()
    packet_id = fields.UUID()
    finess_et = fields.String(allow_none=True, metadata=SITE)
    account = fields.String(attribute="kind")
    half_days = fields.Integer()


class EntriesView(Schema):
    """A page of movements, line by line. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(EntryView))
    after = fields.UUID(allow_none=True)


class HalfDays(Schema):
    """So many half-days, and why."""

    half_days = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST))
    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_NOTE), metadata=NOTE)


class GrantTime(HalfDays):
    """Half-days to give, until a last day (included)."""

    expires_on = fields.Date(required=True)
    starts_on = fields.Date(load_default=None, metadata={"description": "today when it is not said"})
    finess_et = fields.String(load_default=None, allow_none=True, metadata=SITE)


class TransferTime(HalfDays):
    """From a place of the organisation to another one of the same gestionnaire."""

    finess_et = fields.String(load_default=None, allow_none=True, metadata=SITE)
    to_organisation_id = fields.UUID(required=True)
    to_finess_et = fields.String(load_default=None, allow_none=True, metadata=SITE)


class CarryTimeOver(HalfDays):
    """Half-days of a packet that go on until a later day."""

    packet_id = fields.UUID(required=True)
    expires_on = fields.Date(required=True)


class CorrectTime(Schema):
    """A movement to take back; for a consumption, how many half-days it should have been."""

    movement_id = fields.UUID(required=True)
    note = fields.String(required=True, validate=validate.Length(1, LONGEST_NOTE), metadata=NOTE)
    instead = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MOST))


class BookTime(Schema):
    """A mission of time to open: the address of its service, how many half-days, where, what is wished."""

    service = fields.String(required=True, validate=validate.Length(max=120))
    half_days = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST))
    finess_et = fields.String(load_default=None, allow_none=True, metadata=SITE)
    wish = fields.String(load_default="", validate=validate.Length(max=LONGEST_NOTE))


class MadePacketView(Schema):
    """A packet that was just made."""

    id = fields.UUID()
    organisation_id = fields.UUID()
    finess_et = fields.String(allow_none=True, metadata=SITE)
    source = fields.String()
    starts_on = fields.Date()
    expires_on = fields.Date()


class MadePacketsView(Schema):
    """The packets that a transfer made."""

    packets = fields.List(fields.Nested(MadePacketView))


class MadeMovementView(Schema):
    """The counter-entry."""

    id = fields.UUID()
    kind = fields.String()
    effective_on = fields.Date()
    reverses_id = fields.UUID()


class BookedView(Schema):
    """The mission that was opened; `provider_id` is null while nobody fit was found."""

    mission_id = fields.UUID(attribute="id")
    number = fields.String()
    state = fields.String()
    provider_id = fields.UUID(allow_none=True)
    half_days = fields.Integer()


class SheetLine(Schema):
    """A half-day, and what was done in it."""

    on = fields.Date(required=True)
    half = fields.String(required=True, validate=validate.OneOf(HALVES))
    what = fields.String(required=True)


class SubmitTimeSheet(Schema):
    """Every half-day worked so far: this version replaces the one before."""

    lines = fields.List(fields.Nested(SheetLine), required=True)


class TimeSheetView(Schema):
    """A version of a time sheet."""

    id = fields.UUID()
    mission_id = fields.UUID()
    version = fields.Integer()
    half_days = fields.Integer()
    submitted_at = fields.AwareDateTime()
    lines = fields.List(fields.Dict())


class TimeSheetsView(Schema):
    """Every version, the last one first."""

    items = fields.List(fields.Nested(TimeSheetView))
