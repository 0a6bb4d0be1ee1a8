"""Agreements, lots and price schedules, as programs read and write them. Amounts are cents excluding VAT."""

from marshmallow import Schema, fields, validate

from services_catalog.rules.agreement import BIGGEST_LOT
from services_catalog.rules.revision import ROUNDINGS
from services_catalog.rules.states import ASSIGNMENTS


class AgreementsQuery(Schema):
    """Which page of the agreements."""

    after = fields.UUID(load_default=None, metadata={"description": "the last agreement of the page before"})
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class WriteAgreement(Schema):
    """A framework agreement. Both days are included."""

    reference = fields.String(required=True)
    title = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    adherents_only = fields.Boolean(load_default=False)


class WriteLot(Schema):
    """A lot, its ceiling, and its holders in the order of their rank (identifiers of providers)."""

    number = fields.Integer(required=True, strict=True)
    title = fields.String(required=True)
    assignment = fields.String(required=True, validate=validate.OneOf(ASSIGNMENTS))
    maximum_cents = fields.Integer(required=True, strict=True, validate=validate.Range(1, BIGGEST_LOT))
    holders = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=10))


class LotHolderView(Schema):
    """A holder of a lot, and its part of the orders."""

    provider_id = fields.UUID()
    name = fields.String()
    state = fields.String()
    rank = fields.Integer()
    ordered_cents = fields.Integer()


class ListedScheduleView(Schema):
    """A price schedule in a list."""

    id = fields.UUID()
    provider_id = fields.UUID()
    number = fields.Integer()
    state = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    lines = fields.Integer()


class LotView(Schema):
    """A lot; `left_cents` may still be ordered. The ETag is its agreement's revision."""

    id = fields.UUID(attribute="lot.id")
    agreement_id = fields.UUID(attribute="lot.agreement_id")
    number = fields.Integer(attribute="lot.number")
    title = fields.String(attribute="lot.title")
    assignment = fields.String(attribute="lot.assignment")
    maximum_cents = fields.Integer(attribute="lot.maximum_cents")
    ordered_cents = fields.Integer(attribute="lot.ordered_cents")
    left_cents = fields.Integer()
    holders = fields.List(fields.Nested(LotHolderView))
    schedules = fields.List(fields.Nested(ListedScheduleView))


class AgreementView(Schema):
    """An agreement and its lots. The ETag is its revision: it changes with them."""

    id = fields.UUID(attribute="agreement.id")
    reference = fields.String(attribute="agreement.reference")
    title = fields.String(attribute="agreement.title")
    starts_on = fields.Date(attribute="agreement.starts_on")
    ends_on = fields.Date(attribute="agreement.ends_on")
    adherents_only = fields.Boolean(attribute="agreement.adherents_only")
    revision = fields.Integer(attribute="agreement.revision")
    lots = fields.List(fields.Nested(LotView))


class AgreementsView(Schema):
    """A page of agreements. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(AgreementView))
    after = fields.UUID(allow_none=True)


class ImportSchedule(Schema):
    """What goes with the file. With a formula (index, base_value, base_on), prices are revised.

    coefficient = fixed + (1 - fixed) x value / base
    """

    provider_id = fields.UUID(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    index = fields.String(load_default=None)
    base_value = fields.String(load_default="")
    base_on = fields.Date(load_default=None)
    fixed = fields.String(load_default="0")
    digits = fields.Integer(load_default=3)
    rounding = fields.String(load_default="half_up", validate=validate.OneOf(ROUNDINGS))


class ScheduleFile(Schema):
    """The file: XLSX or CSV, as docs/market.md describes it."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class PriceLineView(Schema):
    """A line of a schedule. `vat_permille` is 200 for 20 %; prices are before any revision."""

    id = fields.UUID()
    code = fields.String()
    label = fields.String()
    service_id = fields.UUID(allow_none=True)
    unit = fields.String()
    measure = fields.String()
    size_from = fields.Integer(allow_none=True)
    size_to = fields.Integer(allow_none=True)
    tariff = fields.String()
    unit_cents = fields.Integer()
    vat_permille = fields.Integer()
    starts_on = fields.Date()
    ends_on = fields.Date()


class PriceRevisionView(Schema):
    """From `starts_on`, prices are multiplied by `coefficient_ppm` / 1,000,000."""

    starts_on = fields.Date()
    index_value = fields.String()
    index_on = fields.Date()
    coefficient_ppm = fields.Integer()


class ScheduleCellView(Schema):
    """Something to look at in the file, and the cell it is in."""

    path = fields.String()
    sentence = fields.String()


class PriceScheduleView(Schema):
    """A price schedule, its lines and its revisions."""

    id = fields.UUID(attribute="schedule.id")
    lot_id = fields.UUID(attribute="schedule.lot_id")
    provider_id = fields.UUID(attribute="schedule.provider_id")
    number = fields.Integer(attribute="schedule.number")
    state = fields.String(attribute="schedule.state")
    starts_on = fields.Date(attribute="schedule.starts_on")
    ends_on = fields.Date(attribute="schedule.ends_on")
    formula = fields.Dict(attribute="schedule.formula", allow_none=True)
    sha256 = fields.String(attribute="schedule.sha256")
    report = fields.List(fields.Nested(ScheduleCellView), attribute="schedule.report")
    lines = fields.List(fields.Nested(PriceLineView))
    revisions = fields.List(fields.Nested(PriceRevisionView))


class PriceChangeView(Schema):
    """A line before and after: `kind` is added, removed, dearer, cheaper, reworded or same."""

    kind = fields.String()
    code = fields.String()
    label = fields.String()
    detail = fields.String()
    before_cents = fields.Integer(allow_none=True)
    after_cents = fields.Integer(allow_none=True)
    percent = fields.String()


class ScheduleDifferenceView(Schema):
    """What publishing changes; `refusal` says why it cannot be, null when it can."""

    before = fields.UUID(attribute="before.id", dump_default=None, allow_none=True)
    changes = fields.List(fields.Nested(PriceChangeView))
    refusal = fields.String(allow_none=True)


class ReviseSchedule(Schema):
    """A value of the index, its day, and the first day of the revised prices."""

    index_value = fields.String(required=True)
    index_on = fields.Date(required=True)
    starts_on = fields.Date(required=True)


class RevisionOutlookView(Schema):
    """What a revision would do, line by line."""

    coefficient_ppm = fields.Integer()
    before_ppm = fields.Integer()
    changes = fields.List(fields.Nested(PriceChangeView))
