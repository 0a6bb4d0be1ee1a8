"""Appointments, sessions, dates and availability, as the API takes and shows them. Instants are aware."""

from marshmallow import Schema, fields, validate

from bookings.rules.availability import LONGEST_REASON
from bookings.rules.grid import VIEWS
from bookings.rules.halves import write_half
from bookings.rules.places import LONGEST_PLACE, MOST_PLACES
from bookings.rules.states import HALVES

HALF = validate.Regexp(r"\d{4}-\d{2}-\d{2}:(am|pm)\Z")


class AgendaQuery(Schema):
    """Which appointments: between two days (included), of one provider."""

    first = fields.Date(data_key="from", load_default=None)
    last = fields.Date(data_key="to", load_default=None)
    provider_id = fields.UUID(load_default=None)
    after = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class CalendarQuery(Schema):
    """A page of the calendar: the month or the week of a day."""

    view = fields.String(load_default="month", validate=validate.OneOf([view for view in VIEWS if view != "list"]))
    on = fields.Date(load_default=None)
    provider_id = fields.UUID(load_default=None)


class SlotView(Schema):
    """An appointment of a consultant. `revision` grows when it moves."""

    id = fields.UUID(attribute="slot.id")
    kind = fields.String(attribute="slot.kind", metadata={"description": "single, group"})
    state = fields.String(attribute="slot.state", metadata={"description": "open, cancelled"})
    title = fields.String(attribute="slot.title")
    place = fields.String(attribute="slot.place")
    starts_at = fields.AwareDateTime(attribute="slot.starts_at")
    ends_at = fields.AwareDateTime(attribute="slot.ends_at")
    capacity = fields.Integer(attribute="slot.capacity")
    taken = fields.Integer(attribute="slot.taken", metadata={"description": "places taken or offered"})
    revision = fields.Integer(attribute="slot.revision")
    provider_id = fields.UUID(attribute="slot.provider_id")
    consultant_id = fields.UUID(attribute="slot.consultant_id")
    organisation_id = fields.UUID(attribute="slot.organisation_id", allow_none=True)
    provider = fields.String()
    consultant = fields.String(attribute="consultant.name")
    organisation = fields.String(allow_none=True)
    mission_id = fields.UUID(allow_none=True)


class AgendaView(Schema):
    """A page of appointments; `after` asks for the next one."""

    items = fields.List(fields.Nested(SlotView), attribute="appointments")
    after = fields.UUID(allow_none=True)


class CellView(Schema):
    """A day (or a half of it): how many appointments, and the first ones."""

    on = fields.Date()
    half = fields.String(metadata={"description": "am, pm; empty in a month"})
    total = fields.Integer()
    first = fields.List(fields.Nested(SlotView))


class CalendarView(Schema):
    """A month or a week: the days that hold something."""

    first = fields.Date()
    last = fields.Date()
    total = fields.Integer()
    cells = fields.List(fields.Nested(CellView))


class ProgrammeQuery(Schema):
    """A page of the programme, of one service if asked."""

    service_id = fields.UUID(load_default=None)
    after = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=30, validate=validate.Range(1, 100))


class SessionView(Schema):
    """A group session. Its ETag is its revision."""

    id = fields.UUID(attribute="slot.id")
    state = fields.String(attribute="slot.state")
    service = fields.String(attribute="service.slug")
    title = fields.String(attribute="slot.title")
    place = fields.String(attribute="slot.place")
    starts_at = fields.AwareDateTime(attribute="slot.starts_at")
    ends_at = fields.AwareDateTime(attribute="slot.ends_at")
    capacity = fields.Integer(attribute="slot.capacity")
    left = fields.Integer(metadata={"description": "places neither taken nor offered"})
    revision = fields.Integer(attribute="slot.revision")
    provider_id = fields.UUID(attribute="slot.provider_id")
    provider = fields.String(attribute="provider.name")
    consultant_id = fields.UUID(attribute="slot.consultant_id")
    consultant = fields.String(attribute="consultant.name")
    organisation_id = fields.UUID(
        attribute="slot.organisation_id", allow_none=True, metadata={"description": "the only one it is open to"}
    )


class ProgrammeView(Schema):
    """A page of sessions; `after` asks for the next one."""

    items = fields.List(fields.Nested(SessionView), attribute="rows")
    after = fields.UUID(allow_none=True)


class SessionBody(Schema):
    """When, where, with whom, for how many."""

    consultant_id = fields.UUID(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    place = fields.String(required=True, validate=validate.Length(1, LONGEST_PLACE))
    capacity = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_PLACES))


class OpenSession(SessionBody):
    """A new session of a published service. `kept_for`: a FINESS number (juridique), the only one that sees it."""

    service = fields.String(required=True, validate=validate.Length(1, 80))
    kept_for = fields.String(load_default="", validate=validate.Length(max=14))


class ForWhom(Schema):
    """In whose name."""

    organisation_id = fields.UUID(required=True)


class TakePlaces(ForWhom):
    """How many places; with `mission_id` (for the GRADeS), the mission that is ordered already."""

    places = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, MOST_PLACES))
    mission_id = fields.UUID(load_default=None, allow_none=True)


class JoinWaiting(ForWhom):
    """How many places one waits for."""

    places = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, MOST_PLACES))


class BookingView(Schema):
    """Places taken for a mission."""

    id = fields.UUID()
    slot_id = fields.UUID()
    mission_id = fields.UUID()
    organisation_id = fields.UUID()
    places = fields.Integer()
    state = fields.String()
    booked_at = fields.AwareDateTime()


class WaitingView(Schema):
    """A request; `offer_ends_at` is until when a place is kept."""

    id = fields.UUID()
    slot_id = fields.UUID()
    organisation_id = fields.UUID()
    places = fields.Integer()
    state = fields.String(metadata={"description": "waiting, offered, taken, expired, left"})
    joined_at = fields.AwareDateTime()
    offer_ends_at = fields.AwareDateTime(allow_none=True)


class DatesQuery(Schema):
    """Which dates: half-days that follow one another or not, from a day on."""

    together = fields.Boolean(load_default=True)
    first = fields.Date(data_key="from", load_default=None)
    limit = fields.Integer(load_default=8, validate=validate.Range(1, 20))


class ProposalView(Schema):
    """Half-days when one consultant is free for the whole mission."""

    consultant_id = fields.UUID()
    halves = fields.Function(lambda one: [write_half(half) for half in one.halves], metadata={"type": "array"})


class DatesView(Schema):
    """The next dates where a mission fits."""

    items = fields.List(fields.Nested(ProposalView), attribute="proposals")
    first = fields.Date(data_key="from")
    last = fields.Date(data_key="to")


class ChooseDates(Schema):
    """As many different half-days (`2026-12-01:am`) as the mission lasts."""

    consultant_id = fields.UUID(required=True)
    halves = fields.List(fields.String(validate=HALF), required=True, validate=validate.Length(1, 200))
    place = fields.String(load_default="", validate=validate.Length(max=LONGEST_PLACE))


class PlannedView(Schema):
    """A mission and its dates."""

    id = fields.UUID()
    state = fields.String()
    consultant_id = fields.UUID(allow_none=True)
    starts_at = fields.AwareDateTime(allow_none=True)
    ends_at = fields.AwareDateTime(allow_none=True)


class WeekHalf(Schema):
    """A half-day of the week: 0 is Monday."""

    weekday = fields.Integer(required=True, strict=True, validate=validate.Range(0, 6))
    half = fields.String(required=True, validate=validate.OneOf(HALVES))


class SetWeek(Schema):
    """The half-days worked each week, from a day on (today without one)."""

    week = fields.List(fields.Nested(WeekHalf), required=True, validate=validate.Length(max=14))
    starts_on = fields.Date(load_default=None, allow_none=True)


class AddException(Schema):
    """Days that differ from the week."""

    first = fields.Date(required=True)
    last = fields.Date(required=True)
    halves = fields.List(fields.String(validate=validate.OneOf(HALVES)), load_default=lambda: list(HALVES))
    available = fields.Boolean(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=LONGEST_REASON))


class RemoveExceptions(Schema):
    """From one half-day to another, both included."""

    first = fields.String(required=True, validate=HALF)
    last = fields.String(required=True, validate=HALF)


class ExceptionView(Schema):
    """A half-day that differs."""

    on = fields.Date()
    half = fields.String()
    available = fields.Boolean()
    reason = fields.String()


class AvailabilityView(Schema):
    """When a consultant works."""

    consultant_id = fields.UUID(attribute="consultant.id")
    name = fields.String(attribute="consultant.name")
    week = fields.Function(
        lambda one: [{"weekday": weekday, "half": half} for weekday, half in sorted(one.week)],
        metadata={"type": "array"},
    )
    exceptions = fields.List(fields.Nested(ExceptionView))
