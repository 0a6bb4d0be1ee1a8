"""Instruction, decisions and their release, for programs."""

from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from campaigns.queries.review import Filters
from campaigns.schemas import review as schemas
from campaigns.service import decision as deciding
from campaigns.service import release as releasing
from campaigns.service import review as reviewing
from kit.errors import PreconditionMissing
from kit.web import actor, if_match, permission, revision_read

blueprint = Blueprint("review_api", __name__, description="Instruction, décisions et notification")
NOT_BEGUN: dict[str, Any] = {"completeness": "unknown", "note": "", "score": None, "assignee_id": None, "revision": 0}
IF_MATCH: dict[str, Any] = {"parameters": [if_match("The version that was read.")]}


@blueprint.get("/campaigns/<slug>/candidacies")
@permission("candidacy.list")
@blueprint.arguments(schemas.FileFilters, location="query")
@blueprint.response(200, schemas.FilesView)
def list_files(query: dict[str, Any], slug: str) -> reviewing.Files:
    """List the submitted files of a call, oldest first."""
    after, limit = query.pop("after"), query.pop("limit")
    return reviewing.list_files(actor(), slug, Filters(**query), after, limit)


@blueprint.get("/candidacies/<uuid:candidacy_id>/review")
@permission("review.view")
@blueprint.response(200, schemas.ReviewView)
def view_review(candidacy_id: UUID) -> Any:
    """Read the instruction of a submitted file; its ETag says which version this is."""
    review = reviewing.view_file(actor(), candidacy_id).review
    return review or NOT_BEGUN | {"candidacy_id": candidacy_id}, {"ETag": f'"{review.revision if review else 0}"'}


@blueprint.put("/candidacies/<uuid:candidacy_id>/review")
@permission("review.write")
@blueprint.arguments(schemas.WriteReview)
@blueprint.response(200, schemas.ReviewView)
@blueprint.doc(**IF_MATCH)
def write_review(body: dict[str, Any], candidacy_id: UUID) -> Any:
    """Change the instruction of a file, as it was read."""
    if not request.if_match or request.if_match.star_tag:
        raise PreconditionMissing("Dites quelle version vous modifiez : If-Match porte l’ETag que vous avez lu.")
    revision = revision_read(request.if_match.as_set())
    note, score = body["note"], body["score"]
    review = reviewing.write_review(actor(), candidacy_id, body["completeness"], note, score, revision)
    return review, {"ETag": f'"{review.revision}"'}


@blueprint.put("/candidacies/<uuid:candidacy_id>/assignee")
@permission("review.assign")
@blueprint.arguments(schemas.AssignFile)
@blueprint.response(204)
def assign_file(body: dict[str, Any], candidacy_id: UUID) -> None:
    """Give a file to an instructor, or to nobody."""
    reviewing.assign_files(actor(), [candidacy_id], body["assignee_id"])


@blueprint.put("/candidacies/<uuid:candidacy_id>/decision")
@permission("decision.write")
@blueprint.arguments(schemas.WriteDecision)
@blueprint.response(200, schemas.DecisionView)
def decide(body: dict[str, Any], candidacy_id: UUID) -> Any:
    """Write the pending decision of a file. Nobody is told before the release."""
    return deciding.decide(actor(), candidacy_id, body["outcome"], body["motive"], body["submission"])


@blueprint.delete("/candidacies/<uuid:candidacy_id>/decision")
@permission("decision.write")
@blueprint.response(204)
def undecide(candidacy_id: UUID) -> None:
    """Take a pending decision back."""
    deciding.undecide(actor(), candidacy_id)


@blueprint.get("/campaigns/<slug>/release")
@permission("decision.view")
@blueprint.response(200, schemas.ReadinessView)
def preview_release(slug: str) -> Any:
    """What a release would tell now, and what stops it."""
    return releasing.preview_release(actor(), slug).ready


@blueprint.post("/campaigns/<slug>/release")
@permission("campaign.release")
@blueprint.arguments(schemas.ReleaseDecisions)
@blueprint.response(200, schemas.ReleaseView)
@blueprint.alt_response(412, description="A decision has changed since the preview; nobody was told.")
def release_decisions(body: dict[str, Any], slug: str) -> Any:
    """Tell everybody now, exactly what the preview showed."""
    return releasing.release_decisions(actor(), slug, body["digest"])
