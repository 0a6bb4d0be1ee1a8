"""Customers and VAT rules, as programs read and write them."""

from marshmallow import Schema, fields, validate

from billing.rules.states import CHANNELS, CUSTOMER_KINDS, CUSTOMER_STATUSES, REQUIREMENTS, SUBJECTS, VAT_CATEGORIES


class CustomersQuery(Schema):
    """Which page of the list, in the order customers came."""

    after = fields.UUID(load_default=None, metadata={"description": "the last customer of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class ChangeCustomer(Schema):
    """What changes of a customer; what is not sent is kept. `terms_days`: null for those of its kind."""

    name = fields.String()
    kind = fields.String(validate=validate.OneOf(CUSTOMER_KINDS))
    siret = fields.String(allow_none=True, metadata={"description": "14 digits"})
    vat_number = fields.String()
    address = fields.String()
    postal_code = fields.String()
    town = fields.String()
    email = fields.String()
    electronic_address = fields.String(metadata={"description": "SIREN, with a suffix if any (scheme 0225)"})
    service_code = fields.String()
    requirement = fields.String(
        validate=validate.OneOf(REQUIREMENTS), metadata={"description": "what its invoices must carry"}
    )
    channel = fields.String(validate=validate.OneOf(CHANNELS))
    terms_days = fields.Integer(strict=True, allow_none=True)


class CustomerView(ChangeCustomer):
    """A customer. The ETag is its revision; `number` its auxiliary account."""

    id = fields.UUID()
    number = fields.String()
    organisation_id = fields.UUID(allow_none=True)
    finess_ej = fields.String(allow_none=True)
    is_funder = fields.Boolean()
    revision = fields.Integer()


class CustomersView(Schema):
    """A page of customers; `next` is where the following one begins."""

    items = fields.List(fields.Nested(CustomerView))
    next = fields.UUID(allow_none=True)


class VatRuleView(Schema):
    """A VAT rule; null: of all. `rate` is in basis points (2000 = 20 %)."""

    id = fields.UUID()
    service_id = fields.UUID(allow_none=True)
    subject = fields.String(allow_none=True, validate=validate.OneOf(SUBJECTS))
    status = fields.String(allow_none=True, validate=validate.OneOf(CUSTOMER_STATUSES))
    starts_on = fields.Date()
    category = fields.String(validate=validate.OneOf(VAT_CATEGORIES))
    rate = fields.Integer()
    exemption_text = fields.String()
    exemption_code = fields.String()


class VatRulesView(Schema):
    """Every rule of the tenant."""

    items = fields.List(fields.Nested(VatRuleView))
