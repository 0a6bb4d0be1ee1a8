"""The accounts as programs read them: entries, aged balance, statement. Amounts in cents."""

from marshmallow import Schema, fields, validate

from billing.queries.receivables_report import COLUMNS
from billing.rules.states import CUSTOMER_KINDS, JOURNALS

PERIOD = {"description": "a year until today when it is not said"}


class JournalQuery(Schema):
    """Which entries, the latest first; a page goes on `after` the number of its last one."""

    year = fields.Integer(load_default=0, validate=validate.Range(0, 2100), metadata={"description": "0: the latest"})
    journal = fields.String(load_default=None, validate=validate.OneOf(JOURNALS))
    account = fields.String(load_default="", validate=validate.Length(max=12))
    customer_id = fields.UUID(load_default=None)
    text = fields.String(load_default="", validate=validate.Length(max=120))
    after = fields.Integer(load_default=None, validate=validate.Range(1, 10**9))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class JournalLineView(Schema):
    """A line: so many cents on one side of one account; the customer is its auxiliary account."""

    account = fields.String()
    account_label = fields.String()
    customer_id = fields.UUID(allow_none=True)
    customer_number = fields.String(allow_none=True)
    debit_cents = fields.Integer()
    credit_cents = fields.Integer()


class JournalEntryView(Schema):
    """An entry. `subject` says of what it is, `about_id` which invoice, payment or matching."""

    id = fields.UUID()
    year = fields.Integer()
    number = fields.Integer()
    journal = fields.String()
    entered_on = fields.Date()
    piece = fields.String()
    piece_on = fields.Date()
    wording = fields.String()
    subject = fields.String()
    about_id = fields.UUID()
    validated_at = fields.AwareDateTime()
    lines = fields.List(fields.Nested(JournalLineView))


class JournalView(Schema):
    """A page of entries. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(JournalEntryView))
    after = fields.Integer(allow_none=True)


class AgedQuery(Schema):
    """As of the end of which day, which customers, in which order."""

    on = fields.Date(load_default=None, metadata={"description": "today when it is not said"})
    kind = fields.String(load_default=None, validate=validate.OneOf(CUSTOMER_KINDS))
    text = fields.String(load_default="", validate=validate.Length(max=120))
    sort = fields.String(load_default="name", validate=validate.OneOf(("name", *COLUMNS)))
    page = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))


class BandsView(Schema):
    """What is owed by lateness, in days; `credit` is not used yet; the balance takes it off."""

    not_due = fields.Integer()
    late_30 = fields.Integer(metadata={"description": "1 to 30 days late"})
    late_60 = fields.Integer(metadata={"description": "31 to 60"})
    late_90 = fields.Integer(metadata={"description": "61 to 90"})
    late_more = fields.Integer(metadata={"description": "more than 90"})
    credit = fields.Integer()
    balance = fields.Integer()


class AgedLineView(Schema):
    """A customer's line."""

    customer_id = fields.UUID()
    number = fields.String()
    name = fields.String()
    kind = fields.String()
    cents = fields.Nested(BandsView)


class AgedView(Schema):
    """A page of the aged balance, 50 customers; the totals are of all pages."""

    on = fields.Date()
    items = fields.List(fields.Nested(AgedLineView), attribute="aged.lines")
    count = fields.Integer(attribute="aged.count")
    totals = fields.Nested(BandsView, attribute="aged.totals")
    page = fields.Integer()
    pages = fields.Integer()


class AccountStatementQuery(Schema):
    """The period, both days included."""

    from_ = fields.Date(load_default=None, data_key="from", metadata=PERIOD)
    to = fields.Date(load_default=None, metadata=PERIOD)


class AccountStatementLineView(Schema):
    """A movement, and the balance after it: above zero the customer owes."""

    on = fields.Date(attribute="entry.on")
    piece = fields.String(attribute="entry.piece")
    wording = fields.String(attribute="entry.wording")
    debit_cents = fields.Integer(attribute="entry.debit_cents")
    credit_cents = fields.Integer(attribute="entry.credit_cents")
    balance_cents = fields.Integer()


class AccountStatementView(Schema):
    """A customer's account over a period, whole."""

    customer_id = fields.UUID(attribute="customer.id")
    since = fields.Date(attribute="statement.since")
    until = fields.Date(attribute="statement.until")
    opening_cents = fields.Integer(attribute="statement.opening_cents")
    closing_cents = fields.Integer(attribute="statement.closing_cents")
    lines = fields.List(fields.Nested(AccountStatementLineView), attribute="statement.lines")
