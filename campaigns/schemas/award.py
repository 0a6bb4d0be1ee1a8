"""Awards, as the API takes and shows them."""

from marshmallow import Schema, fields, validate

from campaigns.rules.states import AWARD


class AwardsQuery(Schema):
    """Which page of a list."""

    after = fields.UUID(load_default=None, metadata={"description": "le dernier élément de la page précédente"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class AwardFilters(AwardsQuery):
    """What the list of a call's awards keeps."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *AWARD.states]))


class ReferentBody(Schema):
    """The named contact."""

    name = fields.String(load_default="")
    function = fields.String(load_default="")
    email = fields.String(load_default="")
    phone = fields.String(load_default="")


class ConfirmAward(Schema):
    """Who is named to follow the path."""

    referent = fields.Nested(ReferentBody, required=True)


class DeclineAward(Schema):
    """Why, for the ARS; it may be empty."""

    motive = fields.String(load_default="")


class MilestoneView(Schema):
    """A step of the path; `proved_at` is null until something proves it."""

    key = fields.String()
    title = fields.String()
    due_on = fields.Date(allow_none=True)
    proved_at = fields.AwareDateTime(allow_none=True)


class MovedAwardView(Schema):
    """An award after an answer."""

    id = fields.UUID()
    state = fields.String()
    confirmed_at = fields.AwareDateTime(allow_none=True)
    referent = fields.Nested(ReferentBody, allow_none=True)
    motive = fields.String()


class AwardView(Schema):
    """What an accepted file obtained. The ARS pays `ars_share_percent` of the price with VAT, `cap_cents` at most."""

    id = fields.UUID(attribute="award.id")
    candidacy_id = fields.UUID(attribute="award.candidacy_id")
    campaign = fields.String(attribute="campaign.slug")
    reference = fields.String(attribute="candidacy.reference")
    finess_ej = fields.String(attribute="candidacy.finess_ej")
    applicant_name = fields.String(attribute="candidacy.applicant_name")
    state = fields.String(attribute="award.state")
    service = fields.String(attribute="award.service", allow_none=True)
    quantity = fields.Integer(attribute="award.quantity")
    ars_share_percent = fields.Integer(attribute="award.ars_share_percent")
    cap_cents = fields.Integer(attribute="award.cap_cents", allow_none=True)
    offered_at = fields.AwareDateTime(attribute="award.offered_at")
    confirm_by = fields.Date(attribute="award.confirm_by")
    complete_on = fields.Date(attribute="award.complete_on", allow_none=True)
    confirmed_at = fields.AwareDateTime(attribute="award.confirmed_at", allow_none=True)
    referent = fields.Nested(ReferentBody, attribute="award.referent", allow_none=True)
    motive = fields.String(attribute="award.motive")
    milestones = fields.List(fields.Nested(MilestoneView))
    is_finished = fields.Boolean()


class AwardsView(Schema):
    """A page of awards. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(AwardView))
    after = fields.UUID(allow_none=True)


class AwardLineView(Schema):
    """One line of a call's awards: `proved` of its `milestones`."""

    id = fields.UUID(attribute="award.id")
    candidacy_id = fields.UUID(attribute="award.candidacy_id")
    reference = fields.String()
    applicant_name = fields.String()
    state = fields.String(attribute="award.state")
    confirm_by = fields.Date(attribute="award.confirm_by")
    confirmed_at = fields.AwareDateTime(attribute="award.confirmed_at", allow_none=True)
    milestones = fields.Integer()
    proved = fields.Integer()


class FollowingView(Schema):
    """The awards of a call: how many in each state, how many paths are finished, and a page of them."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    finished = fields.Integer()
    items = fields.List(fields.Nested(AwardLineView), attribute="rows")
    after = fields.UUID(allow_none=True)
