"""What the API says of a portal and of whoever asks."""

from marshmallow import Schema, fields, validate

from tenants.rules.policy import ACCOUNT_PROOFS, CLAIM_STATES
from tenants.rules.roles import ORGANISATION_KINDS, ORGANISATION_ROLES


class PortalView(Schema):
    """A portal."""

    slug = fields.String(required=True, metadata={"description": "First segment of every address of the portal."})
    name = fields.String(required=True, metadata={"description": "The GRADeS."})
    ars = fields.String(required=True)
    region_code = fields.String(required=True, metadata={"description": "INSEE code of the région."})
    zone = fields.String(required=True, metadata={"description": "IANA name of the time zone."})


class ActorView(Schema):
    """Whoever a token stands for."""

    kind = fields.String(required=True, metadata={"enum": ["token"]})
    name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    organisations = fields.Dict(
        keys=fields.UUID(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "Identifier of each organisation, with the roles held inside it."},
    )
    scopes = fields.List(fields.String(), required=True)


class OrganisationsQuery(Schema):
    """Which accounts, and which page of them."""

    text = fields.String(
        load_default="",
        validate=[validate.Length(max=120), validate.ContainsNoneOf("\0")],
        metadata={"description": "A part of the name, or the beginning of the FINESS number."},
    )
    after = fields.UUID(load_default=None, metadata={"description": "The last item of the page before."})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class OrganisationView(Schema):
    """An account that people share: of a legal entity, or of a provider (no FINESS number)."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"enum": list(ORGANISATION_KINDS)})
    finess_ej = fields.String(allow_none=True, required=True)
    name = fields.String(required=True)
    proof = fields.String(required=True, metadata={"description": "How its owner came.", "enum": list(ACCOUNT_PROOFS)})
    confirmed_at = fields.AwareDateTime(allow_none=True, required=True)
    created_at = fields.AwareDateTime(required=True)


class OrganisationsView(Schema):
    """A page of accounts; `after` asks for the next one, null on the last."""

    items = fields.List(fields.Nested(OrganisationView), required=True)
    after = fields.UUID(allow_none=True, required=True)


class MemberView(Schema):
    """Somebody in an account."""

    user_id = fields.UUID(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": list(ORGANISATION_ROLES)})
    function = fields.String(required=True)
    joined_at = fields.AwareDateTime(required=True)


class MembersView(Schema):
    """Everybody in an account."""

    items = fields.List(fields.Nested(MemberView), required=True)


class ClaimsQuery(Schema):
    """Which requests, and which page of them."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *CLAIM_STATES]))
    after = fields.UUID(load_default=None, metadata={"description": "The last item of the page before."})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class ClaimView(Schema):
    """A request for an account. `organisation_id` is null while the legal entity has none."""

    id = fields.UUID(attribute="claim.id", required=True)
    finess_ej = fields.String(attribute="claim.finess_ej", required=True)
    name = fields.String(attribute="claim.name", required=True)
    organisation_id = fields.UUID(allow_none=True, required=True)
    author_name = fields.String(attribute="author.name", required=True)
    author_email = fields.String(attribute="author.email", required=True)
    role = fields.String(attribute="claim.role", required=True, metadata={"enum": list(ORGANISATION_ROLES)})
    function = fields.String(attribute="claim.function", required=True)
    evidence = fields.String(attribute="claim.evidence", required=True)
    file_name = fields.String(attribute="claim.file_name", allow_none=True, required=True)
    state = fields.String(attribute="claim.state", required=True, metadata={"enum": list(CLAIM_STATES)})
    asked_at = fields.AwareDateTime(attribute="claim.asked_at", required=True)
    decided_at = fields.AwareDateTime(attribute="claim.decided_at", allow_none=True, required=True)
    decision = fields.String(attribute="claim.decision", required=True)


class ClaimsView(Schema):
    """A page of requests; `after` asks for the next one, null on the last."""

    items = fields.List(fields.Nested(ClaimView), required=True)
    after = fields.UUID(allow_none=True, required=True)


class AcceptClaim(Schema):
    """The role to give; "owner" when nobody manages the account yet."""

    role = fields.String(required=True, validate=validate.OneOf(ORGANISATION_ROLES))


class RefuseClaim(Schema):
    """Why."""

    reason = fields.String(required=True, validate=validate.Length(2, 1000))
