"""Providers and what their files hold, as programs read and write them."""

from marshmallow import Schema, fields, validate

from services_catalog.rules.states import FAMILIES, PROVIDER, QUALIFICATIONS

DEPARTMENT = {"description": "INSEE code of a département, such as 35."}


class ProvidersQuery(Schema):
    """Which page of the list; with `family`, each provider is told fit or not for what is needed on a day."""

    text = fields.String(load_default="", validate=validate.Length(max=120))
    state = fields.String(load_default="", validate=validate.OneOf(["", *PROVIDER.states]))
    family = fields.String(load_default="", validate=validate.OneOf(["", *FAMILIES]))
    qualification = fields.String(load_default=None, validate=validate.OneOf(QUALIFICATIONS))
    department = fields.String(load_default=None, validate=validate.Length(max=3), metadata=DEPARTMENT)
    on = fields.Date(load_default=None, metadata={"description": "today when it is not said"})
    after = fields.UUID(load_default=None, metadata={"description": "the last provider of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class ProviderContact(Schema):
    """Whom to call."""

    name = fields.String(required=True)
    function = fields.String(load_default="")
    email = fields.String(required=True)
    phone = fields.String(load_default="")


class WriteProvider(Schema):
    """A provider's profile. `skills` are service families, `capacity_half_days` what it can do in a month."""

    name = fields.String(required=True)
    siret = fields.String(load_default=None, allow_none=True)
    summary = fields.String(load_default="")
    zones = fields.List(fields.String(metadata=DEPARTMENT), required=True, validate=validate.Length(max=120))
    skills = fields.List(fields.String(validate=validate.OneOf(FAMILIES)), required=True)
    contacts = fields.List(fields.Nested(ProviderContact), load_default=list)
    capacity_half_days = fields.Integer(required=True, strict=True)
    travel_minutes = fields.Integer(load_default=60, strict=True, metadata={"description": "kept free around each"})


class CreateProvider(WriteProvider):
    """The profile, and the first of its people, who is told by mail."""

    email = fields.String(required=True)
    function = fields.String(required=True)


class ProviderView(Schema):
    """A provider. Its `id` is its organisation's too. The ETag is its revision."""

    id = fields.UUID()
    name = fields.String()
    siret = fields.String(allow_none=True)
    state = fields.String()
    summary = fields.String()
    zones = fields.List(fields.String())
    skills = fields.List(fields.String())
    contacts = fields.List(fields.Nested(ProviderContact))
    capacity_half_days = fields.Integer()
    travel_minutes = fields.Integer()
    revision = fields.Integer()


class ListedProviderView(Schema):
    """A provider of the list; `fault` says why it cannot do what is needed, "" when it can or nothing is."""

    provider = fields.Nested(ProviderView)
    fault = fields.String()


class ProvidersView(Schema):
    """A page of providers. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(ListedProviderView), attribute="rows")
    after = fields.UUID(allow_none=True)


class WriteQualification(Schema):
    """A qualification of the ANSSI or a label. Both days are included."""

    kind = fields.String(required=True, validate=validate.OneOf(QUALIFICATIONS))
    scope = fields.String(load_default="")
    reference = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)


class WriteInsurance(Schema):
    """A professional liability insurance. Both days are included."""

    insurer = fields.String(required=True)
    policy = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)


class WriteSubcontractor(Schema):
    """A declared sub-contractor, who may work once accepted."""

    name = fields.String(required=True)
    siret = fields.String(load_default=None, allow_none=True)
    purpose = fields.String(required=True)
    declared_on = fields.Date(required=True)
    accepted_on = fields.Date(load_default=None, allow_none=True)


class WriteConsultant(Schema):
    """Somebody who carries missions out. `department` is where their working days are."""

    name = fields.String(required=True)
    email = fields.String(required=True)
    department = fields.String(required=True, metadata=DEPARTMENT)
    active = fields.Boolean(load_default=True)


class QualificationView(WriteQualification):
    """A qualification; `etag` is what If-Match wants."""

    id = fields.UUID()
    etag = fields.String()


class InsuranceView(WriteInsurance):
    """An insurance; `etag` is what If-Match wants."""

    id = fields.UUID()
    etag = fields.String()


class SubcontractorView(WriteSubcontractor):
    """A sub-contractor; `etag` is what If-Match wants."""

    id = fields.UUID()
    etag = fields.String()


class ConsultantView(WriteConsultant):
    """A consultant; `etag` is what If-Match wants, `user_id` the member's account they are, if any."""

    id = fields.UUID()
    user_id = fields.UUID(allow_none=True)
    etag = fields.String()
