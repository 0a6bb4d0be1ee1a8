"""Online payments and payouts, as programs read and write them. Amounts in cents."""

from marshmallow import Schema, fields, validate

from billing.rules.online import LARGEST_CENTS
from billing.rules.states import CHECKOUT, ONLINE_REFUND, PAYOUT, TAKEN_KINDS


class PageQuery(Schema):
    """Which page of a list."""

    after = fields.UUID(load_default=None, metadata={"description": "the last item of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class PaymentPageView(Schema):
    """Where to pay."""

    url = fields.Url(metadata={"description": "the payment page, for the payer's browser"})


class AskRefund(Schema):
    """So much to give back, and why."""

    amount_cents = fields.Integer(required=True, strict=True, validate=validate.Range(1, LARGEST_CENTS))
    reason = fields.String(required=True, validate=validate.Length(1, 500))


class OnlineRefundView(Schema):
    """Money that goes back: a refund or a payer's dispute."""

    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(TAKEN_KINDS))
    state = fields.String(validate=validate.OneOf(ONLINE_REFUND.states))
    amount_cents = fields.Integer()
    reason = fields.String()
    asked_at = fields.AwareDateTime()
    answer_by = fields.AwareDateTime(allow_none=True)


class CheckoutView(Schema):
    """One attempt to pay an invoice online. `credit_cents` is what the invoice did not want any more."""

    id = fields.UUID()
    invoice_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(CHECKOUT.states))
    amount_cents = fields.Integer()
    refunded_cents = fields.Integer()
    credit_cents = fields.Integer()
    method = fields.String()
    created_at = fields.AwareDateTime()
    refunds = fields.List(fields.Nested(OnlineRefundView))


class PayoutView(Schema):
    """What the provider paid to the bank: gross less fees. `bank_line_id` once the statement tells it."""

    id = fields.UUID()
    external_id = fields.String()
    state = fields.String(validate=validate.OneOf(PAYOUT.states))
    arrives_on = fields.Date()
    gross_cents = fields.Integer()
    fee_cents = fields.Integer()
    amount_cents = fields.Integer()
    bank_line_id = fields.UUID(allow_none=True)


class PayoutsView(Schema):
    """A page of payouts."""

    items = fields.List(fields.Nested(PayoutView))
    next = fields.UUID(allow_none=True, metadata={"description": "`after` of the next page, when there is one"})
