"""Subscriptions, as the API takes and shows them. Amounts are whole cents, excluding VAT."""

from marshmallow import Schema, fields, validate

from billing.rules.amounts import LARGEST_CENTS
from billing.rules.states import PERIODS, PRORATIONS
from billing.rules.subscription import LONGEST_ENGAGEMENT, LONGEST_TITLE


class SubscriptionsQuery(Schema):
    """Which page of a list."""

    after = fields.UUID(load_default=None, metadata={"description": "le dernier élément de la page précédente"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class CreateSubscription(Schema):
    """What is subscribed. `ends_on` is the last day, included; null: no end yet."""

    customer_id = fields.UUID(required=True)
    service_id = fields.UUID(load_default=None, allow_none=True)
    title = fields.String(required=True, validate=validate.Length(1, LONGEST_TITLE))
    period = fields.String(required=True, validate=validate.OneOf(PERIODS))
    period_cents = fields.Integer(required=True, strict=True, validate=validate.Range(1, LARGEST_CENTS))
    proration = fields.String(required=True, validate=validate.OneOf(PRORATIONS))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(load_default=None, allow_none=True)
    engagement_number = fields.String(load_default="", validate=validate.Length(max=LONGEST_ENGAGEMENT))


class EndSubscription(Schema):
    """Its last day, included."""

    ends_on = fields.Date(required=True)


class SubscriptionView(Schema):
    """A subscription. `billed_until` is the last day that drafts were made for."""

    id = fields.UUID()
    customer_id = fields.UUID()
    service_id = fields.UUID(allow_none=True)
    title = fields.String()
    period = fields.String()
    period_cents = fields.Integer()
    proration = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)
    billed_until = fields.Date(allow_none=True)
    engagement_number = fields.String()
    state = fields.String()


class SubscriptionsView(Schema):
    """A page of subscriptions; `after` asks for the next one, null at the end."""

    items = fields.List(fields.Nested(SubscriptionView))
    after = fields.UUID(allow_none=True)
