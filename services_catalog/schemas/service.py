"""Services as programs read and write them."""

from marshmallow import Schema, fields, validate

from services_catalog.rules.states import FAMILIES


class ServicesQuery(Schema):
    """Which page of the list."""

    after = fields.String(
        load_default=None,
        validate=validate.Regexp(r"[a-z0-9-]{1,80}\Z"),
        metadata={"description": "the slug of the last item of the page before"},
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class ServiceLine(Schema):
    """One line of the list: what is published; the draft of a service that never was, for whoever may see it."""

    id = fields.UUID()
    slug = fields.String()
    family = fields.String()
    state = fields.String()
    version = fields.Integer()
    title = fields.String()
    summary = fields.String()
    level = fields.String(allow_none=True)
    mode = fields.String()
    half_days = fields.Integer()
    published_at = fields.AwareDateTime(allow_none=True)


class ServicesView(Schema):
    """A page of services. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(ServiceLine))
    after = fields.String(allow_none=True)


class ServiceView(Schema):
    """A service. `document` is what is published, or was last; null when nothing ever was.

    `draft` is there for whoever may write it. The ETag is `revision`, the draft's.
    """

    id = fields.UUID()
    slug = fields.String()
    family = fields.String()
    state = fields.String()
    version = fields.Integer()
    revision = fields.Integer()
    published_at = fields.AwareDateTime(allow_none=True)
    document = fields.Dict(allow_none=True)
    draft = fields.Dict()


class WriteService(Schema):
    """A draft: its family, and its document (docs/catalogue.md)."""

    family = fields.String(required=True, validate=validate.OneOf(FAMILIES))
    document = fields.Dict(required=True)


class ServiceFindingView(Schema):
    """Something to look at: `path` is written `document.deliverables[1]`."""

    level = fields.String()
    path = fields.String()
    sentence = fields.String()


class WrittenServiceView(Schema):
    """What writing did: `outcome` is created, updated or unchanged; `findings` are the warnings."""

    slug = fields.String(attribute="service.slug")
    state = fields.String(attribute="service.state")
    revision = fields.Integer(attribute="service.revision")
    outcome = fields.String()
    findings = fields.List(fields.Nested(ServiceFindingView))


class MovedServiceView(Schema):
    """A service after a move."""

    slug = fields.String()
    state = fields.String()
    version = fields.Integer()
    revision = fields.Integer()


class ServiceVersionView(Schema):
    """A version, word for word as it was published."""

    number = fields.Integer()
    title = fields.String()
    sha256 = fields.String()
    published_at = fields.AwareDateTime()
    document = fields.Dict()
