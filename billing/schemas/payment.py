"""Payments, matchings and statements, as programs read and write them. Amounts in cents."""

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from billing.rules.amounts import LARGEST_CENTS
from billing.rules.states import MATCHING_KINDS, PAYMENT_KINDS, RECORDED_KINDS

_SOME = validate.Range(1, LARGEST_CENTS)


class PageQuery(Schema):
    """Which page of a list."""

    after = fields.UUID(load_default=None, metadata={"description": "the last item of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class RecordPayment(Schema):
    """Money that came otherwise than by a file of the bank. `customer_id`: none while the payer is not known."""

    kind = fields.String(required=True, validate=validate.OneOf(RECORDED_KINDS))
    amount_cents = fields.Integer(required=True, strict=True, validate=_SOME)
    received_on = fields.Date(required=True)
    customer_id = fields.UUID(load_default=None, allow_none=True)
    reference = fields.String(load_default="", validate=validate.Length(max=140))
    payer = fields.String(load_default="", validate=validate.Length(max=140))


class AllocationIn(Schema):
    """So many cents, for an invoice."""

    invoice_id = fields.UUID(required=True)
    amount_cents = fields.Integer(required=True, strict=True, validate=_SOME)


class MatchPayment(Schema):
    """What a payment pays."""

    allocations = fields.List(fields.Nested(AllocationIn), required=True, validate=validate.Length(min=1, max=100))
    reason = fields.String(load_default="", validate=validate.Length(max=300))


class MatchingView(Schema):
    """So much that settles an invoice, and why. Undone ones have `undone_at`."""

    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(MATCHING_KINDS))
    invoice_id = fields.UUID(allow_none=True)
    payment_id = fields.UUID(allow_none=True)
    credit_note_id = fields.UUID(allow_none=True)
    amount_cents = fields.Integer()
    reason = fields.String()
    automatic = fields.Boolean()
    matched_on = fields.Date()
    matched_at = fields.AwareDateTime()
    undone_at = fields.AwareDateTime(allow_none=True)


class PaymentLine(Schema):
    """A payment; `open_cents` is what no invoice has used yet."""

    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(PAYMENT_KINDS))
    customer_id = fields.UUID(allow_none=True)
    bank_line_id = fields.UUID(allow_none=True)
    checkout_id = fields.UUID(allow_none=True)
    received_on = fields.Date()
    amount_cents = fields.Integer()
    open_cents = fields.Integer()
    reference = fields.String()
    payer = fields.String()
    recorded_at = fields.AwareDateTime()


class PaymentView(PaymentLine):
    """A payment and its matchings."""

    matchings = fields.List(fields.Nested(MatchingView))


class PaymentsView(Schema):
    """A page of payments; `next` is where the following one begins."""

    items = fields.List(fields.Nested(PaymentLine))
    next = fields.UUID(allow_none=True)


class StatementFile(Schema):
    """A file of the bank: camt.053 or CSV, 10 MB at most."""

    file = Upload(required=True)


class BankStatementView(Schema):
    """A statement that was imported. `known` of its lines came with an earlier file."""

    id = fields.UUID()
    file_name = fields.String()
    format = fields.String()
    sha256 = fields.String()
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    opening_cents = fields.Integer(allow_none=True)
    closing_cents = fields.Integer(allow_none=True)
    movements_cents = fields.Integer()
    lines = fields.Integer()
    known = fields.Integer()
    imported_at = fields.AwareDateTime()


class ImportedView(BankStatementView):
    """A statement, and what its import made."""

    payments = fields.Integer()
    matched = fields.Integer()


class BankStatementsView(Schema):
    """A page of statements; `next` is where the following one begins."""

    items = fields.List(fields.Nested(BankStatementView))
    next = fields.UUID(allow_none=True)
