"""Rights, quotes and orders, as the API takes and shows them. Amounts are whole cents."""

from marshmallow import Schema, fields, validate

from bookings.rules.details import LONGEST, MOTIVE_LENGTH
from bookings.rules.quantity import MOST
from services_catalog.rules.bracket import BIGGEST_SIZE


class OrdersQuery(Schema):
    """Which page of a list."""

    after = fields.UUID(load_default=None, metadata={"description": "le dernier élément de la page précédente"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class AskQuote(Schema):
    """What is asked. `size` is declared, in what the price counts; `provider_id` is for the GRADeS alone."""

    service = fields.String(required=True, validate=validate.Length(1, 80))
    organisation_id = fields.UUID(required=True)
    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST))
    finess_et = fields.String(load_default="", validate=validate.Length(max=9))
    size = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(0, BIGGEST_SIZE))
    provider_id = fields.UUID(load_default=None, allow_none=True)


class OrderContact(Schema):
    """The person whom the provider calls."""

    name = fields.String(load_default="", validate=validate.Length(max=500))
    function = fields.String(load_default="", validate=validate.Length(max=500))
    email = fields.String(load_default="", validate=validate.Length(max=500))
    phone = fields.String(load_default="", validate=validate.Length(max=500))


class DetailedOrder(Schema):
    """What an order says beside its quote."""

    contact = fields.Nested(OrderContact, required=True)
    purchaser_reference = fields.String(load_default="", validate=validate.Length(max=LONGEST["purchaser_reference"]))
    engagement_number = fields.String(load_default="", validate=validate.Length(max=LONGEST["engagement_number"]))
    service_code = fields.String(load_default="", validate=validate.Length(max=LONGEST["service_code"]))


class PlaceOrder(DetailedOrder):
    """An order on a quote. The same quote twice is one order."""

    quote_id = fields.UUID(required=True)


class UseEntitlement(DetailedOrder):
    """An order on a right. Twice is one order."""

    finess_et = fields.String(load_default="", validate=validate.Length(max=9))
    size = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(0, BIGGEST_SIZE))


class OrderMotive(Schema):
    """Why."""

    motive = fields.String(required=True, validate=validate.Length(1, MOTIVE_LENGTH))


class CancelOrder(OrderMotive):
    """Why, and the cost that was read (`cancellation.fee_cents` of the order)."""

    fee_cents = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 2**53))


class QuoteView(Schema):
    """A quote: `sentence` explains its price. `valid_until` is its last day, included."""

    id = fields.UUID(attribute="quote.id")
    number = fields.String(attribute="quote.number")
    service = fields.String(attribute="service.slug")
    service_version = fields.Integer(attribute="version.number")
    organisation_id = fields.UUID(attribute="quote.organisation_id")
    finess_et = fields.String(attribute="quote.finess_et", allow_none=True)
    provider_id = fields.UUID(attribute="quote.provider_id")
    provider = fields.String(attribute="provider.name")
    lot_id = fields.UUID(attribute="quote.lot_id")
    entitlement_id = fields.UUID(attribute="quote.entitlement_id", allow_none=True)
    quantity = fields.Integer(attribute="quote.quantity")
    unit = fields.String(attribute="quote.terms.unit")
    unit_cents = fields.Integer(attribute="quote.unit_cents")
    net_cents = fields.Integer(attribute="quote.net_cents")
    vat_permille = fields.Integer(attribute="quote.vat_permille")
    vat_cents = fields.Integer(attribute="quote.vat_cents")
    total_cents = fields.Integer(attribute="quote.total_cents")
    ars_cents = fields.Integer(attribute="quote.ars_cents")
    remainder_cents = fields.Integer(attribute="quote.remainder_cents")
    sentence = fields.String(attribute="quote.sentence")
    valid_until = fields.Date(attribute="quote.valid_until")
    created_at = fields.AwareDateTime(attribute="quote.created_at")


class QuotesView(Schema):
    """A page of quotes. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(QuoteView))
    after = fields.UUID(allow_none=True)


class CancellationView(Schema):
    """What cancelling would cost now, excluding VAT."""

    fee_cents = fields.Integer()
    sentence = fields.String()


class OrderStepView(Schema):
    """A step of an order: done, current or next."""

    name = fields.String()
    state = fields.String()
    at = fields.AwareDateTime(allow_none=True)


class OrderLineView(Schema):
    """An order in a list."""

    id = fields.UUID(attribute="order.id")
    number = fields.String(attribute="order.number")
    state = fields.String(attribute="order.state")
    quote_id = fields.UUID(attribute="order.quote_id")
    entitlement_id = fields.UUID(attribute="order.entitlement_id", allow_none=True)
    organisation_id = fields.UUID(attribute="order.organisation_id")
    organisation = fields.String(attribute="purchase.organisation.name")
    provider_id = fields.UUID(attribute="order.provider_id")
    provider = fields.String(attribute="purchase.provider.name")
    lot_id = fields.UUID(attribute="order.lot_id")
    service = fields.String(attribute="purchase.service.slug")
    title = fields.String(attribute="purchase.version.title")
    mode = fields.String(attribute="purchase.version.mode")
    quantity = fields.Integer(attribute="purchase.quote.quantity")
    net_cents = fields.Integer(attribute="order.net_cents")
    total_cents = fields.Integer(attribute="order.total_cents")
    fee_cents = fields.Integer(attribute="order.fee_cents")
    purchaser_reference = fields.String(attribute="order.purchaser_reference")
    engagement_number = fields.String(attribute="order.engagement_number")
    service_code = fields.String(attribute="order.service_code")
    contact = fields.Dict(attribute="order.contact")
    requested_at = fields.AwareDateTime(attribute="order.requested_at")
    placed_at = fields.AwareDateTime(attribute="order.placed_at", allow_none=True)
    completed_at = fields.AwareDateTime(attribute="order.completed_at", allow_none=True)
    cancelled_at = fields.AwareDateTime(attribute="order.cancelled_at", allow_none=True)
    refused_motive = fields.String(attribute="order.refused_motive")
    cancel_motive = fields.String(attribute="order.cancel_motive")
    missions = fields.Pluck("OrderMissionView", "id", many=True)
    steps = fields.List(fields.Nested(OrderStepView))


class OrderMissionView(Schema):
    """A mission of an order."""

    id = fields.UUID()


class OrderView(Schema):
    """An order; `cancellation` is null for whoever may not cancel it, and once it is too late."""

    order = fields.Nested(OrderLineView, attribute="line")
    may_place = fields.Boolean()
    cancellation = fields.Nested(CancellationView, attribute="effect", allow_none=True)


class OrdersView(Schema):
    """A page of orders. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(OrderLineView))
    after = fields.UUID(allow_none=True)


class EntitlementView(Schema):
    """What a confirmed award gives a right to, and the order that uses it."""

    id = fields.UUID(attribute="row.entitlement.id")
    award_id = fields.UUID(attribute="row.entitlement.award_id")
    organisation_id = fields.UUID(attribute="row.entitlement.organisation_id")
    service = fields.String(attribute="row.service.slug")
    campaign = fields.String(attribute="row.campaign_title")
    quantity = fields.Integer(attribute="row.entitlement.quantity")
    ars_share_percent = fields.Integer(attribute="row.entitlement.ars_share_percent")
    cap_cents = fields.Integer(attribute="row.entitlement.cap_cents", allow_none=True)
    expires_on = fields.Date(attribute="row.entitlement.expires_on", allow_none=True)
    state = fields.String(attribute="row.entitlement.state")
    order_id = fields.UUID(allow_none=True)


class EntitlementsView(Schema):
    """A page of rights. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(EntitlementView))
    after = fields.UUID(allow_none=True)
