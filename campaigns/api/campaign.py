"""Calls, for programs: their documents, their moves, their audience, the check of one number."""

from typing import Any

from flask import g, request
from flask_smorest import Blueprint
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.wrappers import Response

from campaigns.rules.document.instants import Unreadable, read_moment
from campaigns.schemas import campaign as schemas
from campaigns.service import audience, eligibility, publication, reading, upkeep
from campaigns.service import campaign as writing
from kit.document.source import Source, read_json, read_yaml
from kit.errors import Invalid, NotFound
from kit.web import actor, if_match, permission, revision_read

blueprint = Blueprint("campaign_api", __name__, description="Campagnes, éligibilité, public visé")
YAML = "application/yaml"
_DOCUMENT = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "object"}} for kind in ("application/json", YAML)},
    },
    "parameters": [if_match("The version that was read, to change an existing call.")],
}


@blueprint.get("/campaigns")
@permission("campaign.view")
@blueprint.arguments(schemas.CampaignsQuery, location="query")
@blueprint.response(200, schemas.CampaignsView)
def list_campaigns(query: dict[str, Any]) -> reading.Calls:
    """List the published calls; all of them for the staff."""
    return reading.list_calls(actor(), query["after"], query["limit"])


@blueprint.get("/campaigns/<slug>")
@permission("campaign.view")
@blueprint.response(200, schemas.CampaignView)
def view_campaign(slug: str) -> Any:
    """Read a call and its document."""
    call = reading.view_call(actor(), slug)
    return call, {"ETag": f'"{call.campaign.version}"'}


@blueprint.put("/campaigns/<slug>")
@permission("campaign.write")
@blueprint.doc(**_DOCUMENT)
@blueprint.response(200, schemas.WrittenCampaignView)
@blueprint.alt_response(201, schema=schemas.WrittenCampaignView)
def write_campaign(slug: str) -> Any:
    """Create or change a call from its document, in JSON or YAML. An unchanged document changes nothing."""
    asked = request.if_match
    saved = writing.save_campaign(
        actor(),
        _document(),
        slug=slug,
        base_version=revision_read(asked.as_set()) if asked else None,
        overwrite=asked.star_tag,
    )
    return saved, 201 if saved.outcome == "created" else 200, {"ETag": f'"{saved.version.number}"'}


@blueprint.get("/campaigns/<slug>/export")
@permission("campaign.view")
@blueprint.response(200, {"type": "object"}, content_type=YAML)
def export_campaign(slug: str) -> Response:
    """Read the document as YAML: sending it again changes nothing."""
    return Response(writing.export_campaign(actor(), slug), mimetype=YAML, content_type=f"{YAML}; charset=utf-8")


@blueprint.post("/campaigns/<slug>/publish")
@permission("campaign.publish")
@blueprint.response(200, schemas.MovedCampaignView)
def publish_campaign(slug: str) -> Any:
    """Publish now, pinned to the edition of the register in force."""
    return publication.publish_campaign(actor(), slug)


@blueprint.post("/campaigns/<slug>/schedule")
@permission("campaign.schedule")
@blueprint.arguments(schemas.ScheduleCampaign)
@blueprint.response(200, schemas.MovedCampaignView)
def schedule_campaign(body: dict[str, Any], slug: str) -> Any:
    """Publish later."""
    return publication.schedule_campaign(actor(), slug, body["at"])


@blueprint.post("/campaigns/<slug>/unschedule")
@permission("campaign.unschedule")
@blueprint.response(200, schemas.MovedCampaignView)
def unschedule_campaign(slug: str) -> Any:
    """Give up the scheduled publication."""
    return publication.unschedule_campaign(actor(), slug)


@blueprint.post("/campaigns/<slug>/hold")
@permission("campaign.hold")
@blueprint.response(200, schemas.MovedCampaignView)
def hold_release(slug: str) -> Any:
    """Stop the automatic release of the decisions."""
    return upkeep.hold_release(actor(), slug)


@blueprint.post("/campaigns/<slug>/unhold")
@permission("campaign.hold")
@blueprint.response(200, schemas.MovedCampaignView)
def unhold_release(slug: str) -> Any:
    """Let the decisions be released at the notification instant again."""
    return upkeep.unhold_release(actor(), slug)


@blueprint.post("/campaigns/<slug>/repin")
@permission("campaign.write")
@blueprint.response(200, schemas.RepinnedCampaignView)
def repin_edition(slug: str) -> Any:
    """Pin the edition of the register in force."""
    return upkeep.repin_edition(actor(), slug)


@blueprint.post("/campaigns/<slug>/archive")
@permission("campaign.archive")
@blueprint.response(200, schemas.MovedCampaignView)
def archive_campaign(slug: str) -> Any:
    """Put a draft or a finished call away."""
    return upkeep.archive_campaign(actor(), slug)


@blueprint.get("/campaigns/<slug>/eligibility")
@permission("campaign.check")
@blueprint.arguments(schemas.EligibilityQuery, location="query")
@blueprint.response(200, schemas.EligibilityCheckView)
def check_eligibility(query: dict[str, Any], slug: str) -> Any:
    """Apply the call's rule to a number, clause by clause."""
    try:
        at = read_moment(query["at"], g.tenant.zone) if query["at"] else None
    except Unreadable as fault:
        raise Invalid(str(fault), {"at": str(fault)}) from fault
    check = eligibility.check_number(actor(), slug, query["number"], at)
    if check.verdict is None:
        raise Invalid(check.answer.sentence, {"number": check.answer.sentence})
    return check.as_json()


@blueprint.get("/campaigns/<slug>/audience")
@permission("campaign.preview")
@blueprint.arguments(schemas.AudienceQuery, location="query")
@blueprint.response(200, schemas.AudienceView)
def preview_audience(query: dict[str, Any], slug: str) -> Any:
    """Count whom the call reaches, and list them by pages."""
    reach = audience.preview_audience(actor(), slug, query["outcome"], query["after"], query["limit"])
    if reach.audience is None:
        raise NotFound("Aucun registre FINESS n’a été importé.")
    return reach


def _document() -> Source:
    if request.mimetype == "application/json":
        return read_json(request.get_data())
    if request.mimetype in (YAML, "application/x-yaml", "text/yaml"):
        return read_yaml(request.get_data())
    raise UnsupportedMediaType
