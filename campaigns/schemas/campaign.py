"""Calls as programs read them."""

from marshmallow import Schema, fields, validate

from eligibility.rules import Outcome


class CampaignsQuery(Schema):
    """Which page of a list."""

    after = fields.UUID(load_default=None, metadata={"description": "the last item of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class CampaignLine(Schema):
    """One line of the list of calls. `window` is not_yet, open or closed, at the instant of the request."""

    id = fields.UUID(attribute="campaign.id")
    slug = fields.String(attribute="campaign.slug")
    kind = fields.String(attribute="campaign.kind")
    title = fields.String(attribute="campaign.title")
    state = fields.String(attribute="campaign.state")
    version = fields.Integer(attribute="campaign.version")
    window = fields.String(attribute="moment.status")
    opens_at = fields.AwareDateTime(attribute="moment.window.opens_at")
    closes_at = fields.AwareDateTime(attribute="moment.window.closes_at")
    notify_at = fields.AwareDateTime(attribute="campaign.notify_at")
    files = fields.Dict(
        keys=fields.String(), values=fields.Integer(), metadata={"description": "for the staff: by state"}
    )


class CampaignsView(Schema):
    """A page of calls. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(CampaignLine))
    after = fields.UUID(allow_none=True)


class CampaignView(CampaignLine):
    """A call and its document, as docs/campaigns.md describes it. The ETag is its version."""

    class Meta:
        """The page of a call counts no files."""

        exclude = ("files",)

    rule_version = fields.Integer(attribute="version.rule_version")
    form_version = fields.Integer(attribute="version.form_version")
    edition_id = fields.Integer(attribute="campaign.edition_id", allow_none=True)
    document = fields.Dict(attribute="version.document")


class DocumentFindingView(Schema):
    """Something to look at in a document: `level` is error or warning, `path` is written `windows[1].closes_at`."""

    level = fields.String()
    path = fields.String()
    sentence = fields.String()


class WrittenCampaignView(Schema):
    """What writing a document did: `outcome` is created, updated or unchanged; `parts` are those that changed."""

    slug = fields.String(attribute="campaign.slug")
    state = fields.String(attribute="campaign.state")
    outcome = fields.String()
    version = fields.Integer(attribute="version.number")
    rule_version = fields.Integer(attribute="version.rule_version")
    form_version = fields.Integer(attribute="version.form_version")
    parts = fields.List(fields.String())
    findings = fields.List(fields.Nested(DocumentFindingView))


class ScheduleCampaign(Schema):
    """When to publish; without it, at the document's own `publish_at`."""

    at = fields.AwareDateTime(load_default=None, allow_none=True)


class MovedCampaignView(Schema):
    """A call after a move."""

    slug = fields.String()
    state = fields.String()
    version = fields.Integer()
    edition_id = fields.Integer(allow_none=True)
    publish_at = fields.AwareDateTime(allow_none=True)
    held_at = fields.AwareDateTime(allow_none=True)


class RepinnedCampaignView(Schema):
    """Who became eligible at the edition in force, and who no longer is (FINESS numbers)."""

    slug = fields.String(attribute="campaign.slug")
    before = fields.Integer(attribute="before.id")
    after = fields.Integer(attribute="after.id")
    gained = fields.List(fields.String())
    lost = fields.List(fields.String())


class EligibilityQuery(Schema):
    """A number to check: FINESS of an entity or of an establishment, SIREN or SIRET."""

    number = fields.String(required=True, validate=validate.Length(max=200))
    at = fields.String(load_default=None, metadata={"description": "ISO 8601; without an offset, in the portal's zone"})


class EligibilityClauseView(Schema):
    """A clause of the rule: what it demands, what came of it, why, and the facts that decided."""

    text = fields.String()
    outcome = fields.String()
    because = fields.String()
    facts = fields.Dict()
    parts = fields.List(fields.Nested(lambda: EligibilityClauseView()))


class PinnedEditionView(Schema):
    """An edition of the register."""

    id = fields.Integer()
    source = fields.String()
    generated_at = fields.String()


class EligibilityCheckView(Schema):
    """What the rule answers: `outcome` is eligible, not_eligible or information_missing. An entity that is closed has
    an `error` beside it; an establishment's number is answered for its entity, with a `note`."""

    outcome = fields.String()
    window = fields.String()
    clauses = fields.List(fields.Nested(EligibilityClauseView))
    opens_at = fields.String(allow_none=True)
    closes_at = fields.String(allow_none=True)
    at = fields.String()
    campaign = fields.String()
    typed = fields.String()
    number = fields.String()
    name = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    error = fields.String()
    code = fields.String()
    edition = fields.Nested(PinnedEditionView)


class AudienceQuery(Schema):
    """Whom to list, and from where."""

    outcome = fields.Enum(Outcome, by_value=True, load_default=Outcome.ELIGIBLE)
    after = fields.String(load_default=None, validate=validate.Length(max=20))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class AudienceCellView(Schema):
    """How many matching establishments a département has in a category."""

    department = fields.String(allow_none=True)
    category_code = fields.String(allow_none=True)
    establishments = fields.Integer()


class AudienceMemberView(Schema):
    """One entity of the audience."""

    finess_ej = fields.String()
    name = fields.String(allow_none=True)
    department = fields.String(allow_none=True)
    establishments = fields.Integer()


class AudienceView(Schema):
    """Whom a call reaches at an edition of the register, and a page of those with one outcome."""

    edition_id = fields.Integer(attribute="edition.id")
    eligible = fields.Integer(attribute="audience.eligible")
    not_eligible = fields.Integer(attribute="audience.not_eligible")
    information_missing = fields.Integer(attribute="audience.information_missing")
    establishments = fields.Integer(attribute="audience.establishments")
    seated_elsewhere = fields.Integer()
    cells = fields.List(fields.Nested(AudienceCellView), attribute="audience.cells")
    members = fields.List(fields.Nested(AudienceMemberView))
    after = fields.String(allow_none=True)
