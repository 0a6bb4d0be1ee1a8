"""Instruction and decisions, as the API takes and shows them."""

from marshmallow import Schema, fields, validate

from campaigns.rules.states import COMPLETENESS, DECISIONS


class FileFilters(Schema):
    """What the list of files keeps."""

    state = fields.String(load_default="")
    assignee = fields.String(load_default="", metadata={"description": "identifiant d’un instructeur, ou « none »"})
    completeness = fields.String(load_default="")
    eligibility = fields.String(load_default="")
    decision = fields.String(load_default="", metadata={"description": "une décision, ou « none »"})
    text = fields.String(load_default="", validate=validate.Length(max=200))
    after = fields.UUID(load_default=None, metadata={"description": "le dernier dossier de la page précédente"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class FileView(Schema):
    """One line of the list of files."""

    id = fields.UUID()
    reference = fields.String()
    applicant_name = fields.String()
    finess_ej = fields.String()
    department = fields.String(allow_none=True)
    state = fields.String()
    submitted_at = fields.AwareDateTime()
    eligibility = fields.String(allow_none=True)
    completeness = fields.String(allow_none=True)
    score = fields.Integer(allow_none=True)
    assignee_id = fields.UUID(allow_none=True)
    assignee_name = fields.String(allow_none=True)
    decision = fields.String(allow_none=True)


class FilesView(Schema):
    """A page of files. `after` asks for the next one; null on the last."""

    items = fields.List(fields.Nested(FileView), attribute="rows")
    total = fields.Integer()
    after = fields.UUID(allow_none=True)


class WriteReview(Schema):
    """The instruction of a file. The revision it changes comes by If-Match."""

    completeness = fields.String(required=True, validate=validate.OneOf(COMPLETENESS))
    note = fields.String(load_default="")
    score = fields.Integer(load_default=None, allow_none=True, strict=True)


class ReviewView(Schema):
    """The instruction of a file."""

    candidacy_id = fields.UUID()
    assignee_id = fields.UUID(allow_none=True)
    completeness = fields.String()
    note = fields.String()
    score = fields.Integer(allow_none=True)
    revision = fields.Integer()
    saved_at = fields.AwareDateTime()


class AssignFile(Schema):
    """Who instructs the file; null for nobody."""

    assignee_id = fields.UUID(required=True, allow_none=True)


class WriteDecision(Schema):
    """A decision; the motive is compulsory for a refusal, and sent to the applicant."""

    outcome = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    motive = fields.String(load_default="")
    submission = fields.Integer(
        load_default=None, metadata={"description": "the number of the submission that was read; 412 when it is old"}
    )


class DecisionView(Schema):
    """A decision: pending until everybody is told."""

    id = fields.UUID()
    candidacy_id = fields.UUID()
    outcome = fields.String()
    motive = fields.String()
    rank = fields.Integer(allow_none=True)
    state = fields.String()
    decided_at = fields.AwareDateTime()
    released_at = fields.AwareDateTime(allow_none=True)


class ReadinessView(Schema):
    """What a release would tell now, and what stops it. Send `digest` back to release exactly that."""

    submitted = fields.Integer()
    accepted = fields.Integer()
    refused = fields.Integer()
    waitlisted = fields.Integer()
    undecided = fields.Integer()
    places = fields.Integer(allow_none=True)
    blockers = fields.List(fields.String())
    is_ready = fields.Boolean()
    digest = fields.String()


class ReleaseDecisions(Schema):
    """The digest of the preview that was read."""

    digest = fields.String(required=True)


class ReleaseView(Schema):
    """What was told, and when."""

    released_at = fields.AwareDateTime()
    accepted = fields.Integer()
    refused = fields.Integer()
    waitlisted = fields.Integer()
