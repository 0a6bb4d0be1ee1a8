"""Files, submissions and receipts, as the API takes and shows them."""

from marshmallow import Schema, fields, validate


class CandidaciesQuery(Schema):
    """Which page of a list."""

    after = fields.UUID(load_default=None, metadata={"description": "le dernier élément de la page précédente"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class StartCandidacy(Schema):
    """Who applies: a number of FINESS (EJ or ET), a SIREN or a SIRET. `function` is declared by a person."""

    number = fields.String(required=True, validate=validate.Length(max=100))
    function = fields.String(load_default="", validate=validate.Length(max=500))


class SaveAnswers(Schema):
    """The answers that change, by field: text, number, whole cents, YYYY-MM-DD, boolean, list of keys; null empties.

    With `If-Match: *`, `base_revision` is the revision that was read, and the fields are merged one by one.
    """

    answers = fields.Dict(keys=fields.String(validate=validate.Length(max=200)), required=True)
    base_revision = fields.Integer(load_default=None, strict=True, validate=validate.Range(1, 2**31 - 1))


class GapView(Schema):
    """What keeps a draft from being submitted."""

    section = fields.String()
    field = fields.String()
    sentence = fields.String()


class AssessmentView(Schema):
    """The eligibility worked out now, at the pinned edition of the register."""

    outcome = fields.String()
    rule_version = fields.Integer()
    edition_id = fields.Integer()
    clauses = fields.List(fields.Dict())


class SubmissionView(Schema):
    """A submission and its receipt."""

    number = fields.Integer()
    received_at = fields.AwareDateTime()
    sha256 = fields.String()
    code = fields.String(metadata={"description": "nomme l’accusé de réception, en public"})
    statement = fields.String(metadata={"description": "le texte signé (JSON canonique)"})
    signature = fields.String(metadata={"description": "Ed25519, base64"})
    key = fields.String(metadata={"description": "la clé publique, base64 de 32 octets"})


class CandidacyLineView(Schema):
    """A file in a list."""

    id = fields.UUID(attribute="draft.candidacy.id")
    campaign = fields.String(attribute="draft.campaign.slug")
    reference = fields.String(attribute="draft.candidacy.reference")
    finess_ej = fields.String(attribute="draft.candidacy.finess_ej")
    applicant_name = fields.String(attribute="draft.candidacy.applicant_name")
    state = fields.String(attribute="draft.candidacy.state")
    window = fields.String(attribute="draft.moment.status")
    revision = fields.Integer(attribute="draft.candidacy.revision")
    created_at = fields.AwareDateTime(attribute="draft.candidacy.created_at")
    saved_at = fields.AwareDateTime(attribute="draft.candidacy.saved_at")
    submitted_at = fields.AwareDateTime(attribute="draft.candidacy.submitted_at", allow_none=True)
    withdrawn_at = fields.AwareDateTime(attribute="draft.candidacy.withdrawn_at", allow_none=True)
    is_complete = fields.Boolean(attribute="progress.is_complete")
    is_changed = fields.Boolean(metadata={"description": "le brouillon dit autre chose que le dernier dépôt"})
    submission = fields.Nested(SubmissionView, attribute="last", allow_none=True)


class CandidacyView(CandidacyLineView):
    """A file. Its revision is the ETag."""

    form_version = fields.Integer(attribute="draft.version.form_version")
    answers = fields.Dict(attribute="draft.answers")
    missing = fields.List(fields.Nested(GapView), attribute="progress.gaps")
    eligibility = fields.Nested(AssessmentView, attribute="assessment")
    applicant = fields.Dict(attribute="draft.candidacy.applicant")


class CandidaciesView(Schema):
    """A page of files. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(CandidacyLineView), attribute="lines")
    after = fields.UUID(allow_none=True)


class StartedView(Schema):
    """The file that was started, or that was there."""

    id = fields.UUID()
    reference = fields.String()
    finess_ej = fields.String()
    applicant_name = fields.String()
    state = fields.String()
    revision = fields.Integer()


class ConflictView(Schema):
    """A field that somebody else changed since: `theirs` stands, `mine` was put aside."""

    field = fields.String()
    mine = fields.Raw(allow_none=True)
    theirs = fields.Raw(allow_none=True)
    theirs_by = fields.String()
    theirs_at = fields.AwareDateTime(allow_none=True)


class SavedAnswersView(Schema):
    """What became of the answers. `problems` are saved and flagged; `conflicts` are not saved."""

    revision = fields.Integer()
    saved_at = fields.AwareDateTime()
    changed = fields.List(fields.String())
    problems = fields.Dict(keys=fields.String(), values=fields.String())
    conflicts = fields.List(fields.Nested(ConflictView))


class ConflictProblem(SavedAnswersView):
    """Some fields were changed by somebody else since: the others are saved."""

    type = fields.String(dump_default="about:blank")
    title = fields.String(dump_default="Conflict")
    status = fields.Integer(dump_default=409)
    detail = fields.String(
        dump_default="Quelqu’un d’autre a changé les mêmes champs. Vos valeurs sont conservées à part."
    )
    code = fields.String(dump_default="answers_in_conflict")


class VerificationView(Schema):
    """The three checks of a receipt, made now."""

    holds = fields.Boolean()
    content = fields.Boolean()
    statement = fields.Boolean()
    signature = fields.Boolean()


class ReceiptView(Schema):
    """A receipt, for anybody: nothing about people."""

    code = fields.String(attribute="submission.code")
    reference = fields.String(attribute="candidacy.reference")
    campaign = fields.String(attribute="campaign.slug")
    finess_ej = fields.String(attribute="candidacy.finess_ej")
    applicant_name = fields.String(attribute="candidacy.applicant_name")
    number = fields.Integer(attribute="submission.number")
    received_at = fields.AwareDateTime(attribute="submission.received_at")
    sha256 = fields.String(attribute="submission.sha256")
    statement = fields.String(attribute="submission.statement")
    signature = fields.String(attribute="submission.signature")
    key = fields.String(attribute="submission.key")
    address = fields.String()
    verification = fields.Nested(VerificationView)
