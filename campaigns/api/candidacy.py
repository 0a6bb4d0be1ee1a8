"""Files, for programs: start, fill, submit, withdraw."""

from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_smorest import Blueprint
from werkzeug.wrappers import Response

from campaigns.schemas import candidacy as schemas
from campaigns.service import candidacy as files
from campaigns.service import starting
from campaigns.service import submission as submitting
from campaigns.service.saving import Saved, save_draft
from kit import clock
from kit.errors import Invalid, PreconditionMissing
from kit.web import actor, if_match, permission, revision_read

blueprint = Blueprint("candidacy_api", __name__, description="Dossiers, dépôts")
_IF_MATCH = {
    "parameters": [if_match('The revision that was read (`"7"`), or `*` with `base_revision` to merge field by field.')]
}


@blueprint.get("/candidacies")
@permission("candidacy.start")
@blueprint.arguments(schemas.CandidaciesQuery, location="query")
@blueprint.response(200, schemas.CandidaciesView)
def list_candidacies(query: dict[str, Any]) -> files.MyFiles:
    """List the files of one's organisations, the most recently started first."""
    return files.list_my_candidacies(actor(), query["after"], query["limit"])


@blueprint.post("/campaigns/<slug>/candidacies")
@permission("candidacy.start")
@blueprint.arguments(schemas.StartCandidacy)
@blueprint.response(201, schemas.StartedView)
@blueprint.alt_response(200, schema=schemas.StartedView)
def start_candidacy(body: dict[str, Any], slug: str) -> Any:
    """Start the file that a number leads to; the one there is already answers 200."""
    file = starting.start_candidacy(actor(), slug, body["number"], body["function"])
    return file, 201 if file.created_at == clock.now() else 200, {"ETag": f'"{file.revision}"'}


@blueprint.get("/candidacies/<uuid:candidacy_id>")
@permission("candidacy.read")
@blueprint.response(200, schemas.CandidacyView)
def view_candidacy(candidacy_id: UUID) -> Any:
    """Read a file: its answers, what is missing, its eligibility, its last submission."""
    file = files.view_candidacy(actor(), candidacy_id)
    return file, {"ETag": f'"{file.draft.candidacy.revision}"'}


@blueprint.patch("/candidacies/<uuid:candidacy_id>/answers")
@permission("candidacy.save")
@blueprint.arguments(schemas.SaveAnswers)
@blueprint.response(200, schemas.SavedAnswersView)
@blueprint.alt_response(409, schema=schemas.ConflictProblem, content_type="application/problem+json")
@blueprint.doc(**_IF_MATCH)
def save_answers(body: dict[str, Any], candidacy_id: UUID) -> Any:
    """Change some answers. What cannot be read is kept as it was sent, and flagged."""
    asked = request.if_match
    if not asked:
        raise PreconditionMissing(
            "Dites quelle révision vous modifiez : l’en-tête If-Match porte l’ETag que vous avez lu."
        )
    if asked.star_tag and body["base_revision"] is None:
        sentence = "Avec If-Match: *, dites quelle révision vous avez lue."
        raise Invalid(sentence, {"base_revision": sentence})
    expected = None if asked.star_tag else revision_read(asked.as_set())
    saved = save_draft(actor(), candidacy_id, body["answers"], body["base_revision"], whole=True, expected=expected)
    if saved.conflicts:
        return _conflict(saved)
    return saved, {"ETag": f'"{saved.revision}"'}


@blueprint.post("/candidacies/<uuid:candidacy_id>/submissions")
@permission("candidacy.submit")
@blueprint.response(201, schemas.SubmissionView)
@blueprint.alt_response(200, schema=schemas.SubmissionView)
@blueprint.doc(**_IF_MATCH)
def submit_candidacy(candidacy_id: UUID) -> Any:
    """Submit the file as it stands, with If-Match as it was read. The same content twice is one submission (200)."""
    asked = request.if_match
    revision = None if not asked or asked.star_tag else revision_read(asked.as_set())
    submission = submitting.submit_candidacy(actor(), candidacy_id, revision)
    return submission, 201 if submission.received_at == clock.now() else 200


@blueprint.get("/candidacies/<uuid:candidacy_id>/submissions/<int:number>")
@permission("candidacy.view")
@blueprint.response(200, schemas.SubmissionView)
def view_submission(candidacy_id: UUID, number: int) -> Any:
    """Read one submission's receipt."""
    return submitting.view_submission(actor(), candidacy_id, number).submission


@blueprint.post("/candidacies/<uuid:candidacy_id>/withdraw")
@permission("candidacy.withdraw")
@blueprint.response(200, schemas.StartedView)
def withdraw_candidacy(candidacy_id: UUID) -> Any:
    """Withdraw the file, until the deadline. It may be submitted again until then."""
    return submitting.withdraw_candidacy(actor(), candidacy_id)


def _conflict(saved: Saved) -> Response:
    body = schemas.ConflictProblem().dump(saved)
    blank = {name: field.dump_default for name, field in schemas.ConflictProblem().fields.items() if name not in body}
    text = current_app.json.dumps({**blank, **body})
    return Response(text, 409, {"ETag": f'"{saved.revision}"'}, mimetype="application/problem+json")
