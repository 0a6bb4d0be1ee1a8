"""Awards, for programs: what was obtained, the answer, who followed."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from campaigns.schemas import award as schemas
from campaigns.service import award as awards
from campaigns.service.following import Following, follow_awards
from kit.web import actor, permission

blueprint = Blueprint("award_api", __name__, description="Attributions, parcours")


@blueprint.get("/awards")
@permission("award.mine")
@blueprint.arguments(schemas.AwardsQuery, location="query")
@blueprint.response(200, schemas.AwardsView)
def list_my_awards(query: dict[str, Any]) -> awards.MyAwards:
    """List the awards of one's organisations, the last offered first."""
    return awards.list_my_awards(actor(), query["after"], query["limit"])


@blueprint.get("/awards/<uuid:award_id>")
@permission("award.view")
@blueprint.response(200, schemas.AwardView)
def view_award(award_id: UUID) -> Any:
    """Read an award and the milestones of its path."""
    return awards.view_award(actor(), award_id).journey


@blueprint.post("/awards/<uuid:award_id>/confirm")
@permission("award.confirm")
@blueprint.arguments(schemas.ConfirmAward)
@blueprint.response(200, schemas.MovedAwardView)
def confirm_award(body: dict[str, Any], award_id: UUID) -> Any:
    """Take what is offered, and name the contact."""
    return awards.confirm_award(actor(), award_id, body["referent"])


@blueprint.post("/awards/<uuid:award_id>/decline")
@permission("award.decline")
@blueprint.arguments(schemas.DeclineAward)
@blueprint.response(200, schemas.MovedAwardView)
def decline_award(body: dict[str, Any], award_id: UUID) -> Any:
    """Give up what is offered."""
    return awards.decline_award(actor(), award_id, body["motive"])


@blueprint.post("/awards/<uuid:award_id>/lapse")
@permission("award.lapse")
@blueprint.response(200, schemas.MovedAwardView)
def lapse_award(award_id: UUID) -> Any:
    """Declare lapsed an award without an answer, once its last day is over."""
    return awards.lapse_award(actor(), award_id)


@blueprint.get("/campaigns/<slug>/awards")
@permission("award.list")
@blueprint.arguments(schemas.AwardFilters, location="query")
@blueprint.response(200, schemas.FollowingView)
def list_awards(query: dict[str, Any], slug: str) -> Following:
    """List the awards of a call, by the names of the organisations, with the figures of all of them."""
    return follow_awards(actor(), slug, query["state"], query["after"], query["limit"])
