"""Drafts, runs and invoices, as programs read and write them. Amounts are whole cents; rates in basis points."""

from marshmallow import Schema, fields, validate

from billing.rules.amounts import LARGEST_CENTS
from billing.rules.credit import REASON_LENGTH
from billing.rules.draft_words import LONGEST, LONGEST_DESIGNATION, LONGEST_DETAIL, MOST_AT_ONCE, MOST_UNITS
from billing.rules.manual import MOST_LINES
from billing.rules.states import INVOICE, INVOICE_KINDS, SUBJECTS


class PageQuery(Schema):
    """Which page of a list."""

    after = fields.UUID(load_default=None, metadata={"description": "the last one of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class DocumentQuery(Schema):
    """Which file."""

    format = fields.String(load_default="pdf", validate=validate.OneOf(["pdf", "xml"]))


class LineView(Schema):
    """A line. `rate` is 2000 for 20 %; without `vat_category` no rule says its VAT yet."""

    id = fields.UUID()
    designation = fields.String()
    detail = fields.String()
    quantity = fields.Integer()
    unit_cents = fields.Integer()
    net_cents = fields.Integer()
    vat_cents = fields.Integer()
    total_cents = fields.Integer()
    vat_category = fields.String(allow_none=True)
    rate = fields.Integer()
    exemption_code = fields.String()
    order_id = fields.UUID(allow_none=True)


class FindingView(Schema):
    """What a draft lacks, in a sentence."""

    field = fields.String()
    sentence = fields.String()


class DraftView(Schema):
    """A draft. The ETag is its revision; `lacks` must be empty for it to be issued."""

    id = fields.UUID(attribute="draft.id")
    kind = fields.String(attribute="draft.kind", validate=validate.OneOf(INVOICE_KINDS))
    state = fields.String(attribute="draft.state", validate=validate.OneOf(INVOICE.states))
    revision = fields.Integer(attribute="draft.revision")
    customer_id = fields.UUID(attribute="customer.id")
    customer = fields.String(attribute="customer.name")
    engagement_number = fields.String(attribute="draft.engagement_number")
    service_code = fields.String(attribute="draft.service_code")
    purchaser_reference = fields.String(attribute="draft.purchaser_reference")
    delivered_on = fields.Date(attribute="draft.delivered_on", allow_none=True)
    period_starts_on = fields.Date(attribute="draft.period_starts_on", allow_none=True)
    period_ends_on = fields.Date(attribute="draft.period_ends_on", allow_none=True)
    net_cents = fields.Integer(attribute="draft.net_cents")
    vat_cents = fields.Integer(attribute="draft.vat_cents")
    total_cents = fields.Integer(attribute="draft.total_cents")
    reference_id = fields.UUID(attribute="draft.reference_id", allow_none=True)
    lines = fields.List(fields.Nested(LineView))
    lacks = fields.List(fields.Nested(FindingView))
    refused = fields.List(fields.Nested(FindingView), attribute="draft.findings")


class DraftsView(Schema):
    """A page of drafts; `next` is where the following one begins."""

    items = fields.List(fields.Nested(DraftView))
    next = fields.UUID(allow_none=True)


class References(Schema):
    """What a draft says of itself; what is not sent is kept."""

    engagement_number = fields.String(validate=validate.Length(max=LONGEST["engagement_number"]))
    service_code = fields.String(validate=validate.Length(max=LONGEST["service_code"]))
    purchaser_reference = fields.String(validate=validate.Length(max=LONGEST["purchaser_reference"]))
    delivered_on = fields.Date(allow_none=True)
    period_starts_on = fields.Date(allow_none=True)
    period_ends_on = fields.Date(allow_none=True)


class ChangeLine(Schema):
    """What changes of a line; its amounts only where nothing was agreed (a line typed by hand, a corrected invoice)."""

    id = fields.UUID(required=True)
    designation = fields.String(validate=validate.Length(1, LONGEST_DESIGNATION))
    detail = fields.String(validate=validate.Length(max=LONGEST_DETAIL))
    quantity = fields.Integer(strict=True, validate=validate.Range(1, MOST_UNITS))
    unit_cents = fields.Integer(strict=True, validate=validate.Range(1, LARGEST_CENTS))


class ChangeDraft(References):
    """What changes of a draft."""

    lines = fields.List(fields.Nested(ChangeLine), load_default=list)


class NewLine(Schema):
    """A line typed by hand; VAT comes on top by the rules of the day."""

    designation = fields.String(required=True, validate=validate.Length(1, LONGEST_DESIGNATION))
    detail = fields.String(load_default="", validate=validate.Length(max=LONGEST_DETAIL))
    quantity = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, MOST_UNITS))
    unit_cents = fields.Integer(required=True, strict=True, validate=validate.Range(1, LARGEST_CENTS))


class NewDraft(References):
    """An invoice typed by hand. Twice under one `key` is refused."""

    key = fields.UUID(required=True)
    customer_id = fields.UUID(required=True)
    subject = fields.String(required=True, validate=validate.OneOf(SUBJECTS))
    lines = fields.List(fields.Nested(NewLine), required=True, validate=validate.Length(1, MOST_LINES))


class Chosen(Schema):
    """Some drafts."""

    draft_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, MOST_AT_ONCE))


class RunView(Schema):
    """How far an issue went. `refused` are back among the drafts."""

    id = fields.UUID(attribute="run.id")
    total = fields.Integer(attribute="run.total")
    asked_at = fields.AwareDateTime(attribute="run.asked_at")
    issued = fields.Integer(attribute="issued_count")
    waiting = fields.Integer(attribute="waiting_count")
    refused = fields.Integer(attribute="refused_count")
    is_over = fields.Boolean()


class InvoiceView(Schema):
    """An issued invoice or credit note (amounts are positive in both). `open_cents`: still to pay, or to use."""

    id = fields.UUID(attribute="invoice.id")
    kind = fields.String(attribute="invoice.kind", validate=validate.OneOf(INVOICE_KINDS))
    number = fields.String(attribute="invoice.number")
    customer_id = fields.UUID(attribute="customer.id")
    customer = fields.String(attribute="customer.name")
    organisation_id = fields.UUID(attribute="invoice.organisation_id", allow_none=True)
    issued_on = fields.Date(attribute="invoice.issued_on")
    due_on = fields.Date(attribute="invoice.due_on")
    net_cents = fields.Integer(attribute="invoice.net_cents")
    vat_cents = fields.Integer(attribute="invoice.vat_cents")
    total_cents = fields.Integer(attribute="invoice.total_cents")
    open_cents = fields.Integer(attribute="receivable.open_cents")
    state = fields.String(attribute="receivable.state")
    engagement_number = fields.String(attribute="invoice.engagement_number")
    service_code = fields.String(attribute="invoice.service_code")
    payment_reference = fields.String(attribute="invoice.payment_reference")
    reference_id = fields.UUID(attribute="invoice.reference_id", allow_none=True)
    reason = fields.String(attribute="invoice.reason")
    document_made_at = fields.AwareDateTime(attribute="document.made_at", allow_none=True)


class WholeInvoiceView(InvoiceView):
    """An issued invoice with its lines."""

    lines = fields.List(fields.Nested(LineView))


class InvoicesView(Schema):
    """A page of invoices; `next` is where the following one begins."""

    items = fields.List(fields.Nested(InvoiceView))
    next = fields.UUID(allow_none=True)


class Amount(Schema):
    """How much of a line, VAT included."""

    line_id = fields.UUID(required=True)
    total_cents = fields.Integer(required=True, strict=True, validate=validate.Range(0, LARGEST_CENTS))


class Reason(Schema):
    """Why: the customer reads it."""

    reason = fields.String(required=True, validate=validate.Length(1, REASON_LENGTH))


class CreditInvoice(Reason):
    """A credit note: `amounts` by line, or null for all that is left."""

    amounts = fields.List(fields.Nested(Amount), load_default=None, allow_none=True)


class CorrectionView(Schema):
    """The two drafts of a correction."""

    credit_note_id = fields.UUID()
    corrected_id = fields.UUID()
