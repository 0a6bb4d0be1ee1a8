"""Calls for those who run them: the list, one call with what it needs, its audience."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from campaigns.models import CampaignVersion
from campaigns.rules.document.erratum import LABELS, changed
from campaigns.rules.document.steps import span, steps
from campaigns.rules.states import CAMPAIGN, KIND_LABELS
from campaigns.service import publication, reading
from campaigns.service.audience import Reach, preview_audience
from campaigns.service.campaign import export_campaign
from campaigns.service.reading import Call
from campaigns.web.countdown import countdown, one_line
from eligibility.rules import Outcome
from finess.rules.geography import department_name, departments, regions
from finess.rules.nomenclature import categories
from kit.document.finding import errors_of
from kit.errors import Invalid
from kit.web import actor, page, permission

blueprint = Blueprint("staff_campaigns", __name__)
UNKNOWN = "inconnu"
MEMBERS = 25


@blueprint.get("/staff/campaigns")
@permission("campaign.list")
def list_campaigns() -> Response:
    """Every call, the most recently made first."""
    after = request.args.get("after", "")
    calls = reading.list_calls(actor(), _uuid(after) if after else None, action="campaign.list")
    following = url_for(".list_campaigns", after=calls.after) if calls.after else None
    return page(
        "campaigns/staff_list.html",
        lines=[_line(call, calls) for call in calls.items],
        following=following,
        register=calls.register,
    )


@blueprint.get("/staff/campaigns/<slug>")
@permission("campaign.preview")
def view_campaign(slug: str) -> Response:
    """One call: its timeline, what is to be read before publishing, its versions, its moves."""
    call = reading.view_call(actor(), slug, "campaign.preview")
    campaign = call.campaign
    outlook = publication.foresee_publication(actor(), slug)
    _, versions = reading.list_versions(actor(), slug)
    return page(
        "campaigns/staff_view.html",
        call=call,
        campaign=campaign,
        kind=KIND_LABELS[campaign.kind],
        standing=campaign.state if campaign.state != "published" else call.moment.status,
        countdown=countdown(call.moment, call.now, campaign.zone),
        steps=steps(call.document, call.now, campaign.state == "released"),
        instruction=span(campaign.instruct_from_on, campaign.instruct_until_on),
        findings=outlook.findings,
        errors_found=len(errors_of(outlook.findings)),
        versions=_versions(versions),
        newer=outlook.current is not None and campaign.edition_id not in (None, outlook.current.id),
        moves=[move for move in CAMPAIGN.moves if CAMPAIGN.can(campaign.state, move)],
    )


@blueprint.get("/staff/campaigns/<slug>/audience")
@permission("campaign.preview")
def audience(slug: str) -> Response:
    """How many, where, who."""
    asked = request.args.get("outcome", Outcome.ELIGIBLE.value)
    if asked not in set(Outcome):
        raise Invalid("Ce filtre n’existe pas.", {"outcome": "Choisissez un filtre de la liste."})
    reach = preview_audience(actor(), slug, Outcome(asked), request.args.get("after") or None, MEMBERS)
    following = url_for(".audience", slug=slug, outcome=asked, after=reach.after) if reach.after else None
    return page(
        "campaigns/audience.html",
        reach=reach,
        campaign=reach.campaign,
        table=_table(reach),
        following=following,
        paged="after" in request.args,
        names={code: one.name for code, one in departments().items()},
        outcome=asked,
    )


@blueprint.get("/staff/campaigns/<slug>/export.yaml")
@permission("campaign.preview")
def export(slug: str) -> Response:
    """The document, as a file to keep or to change."""
    content = export_campaign(actor(), slug, "campaign.preview")
    response = Response(content, mimetype="application/yaml")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.yaml"'
    return response


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Invalid("Cette page de la liste n’existe pas.", {"after": "Revenez à la première page."}) from wrong


def _line(call: Call, calls: reading.Calls) -> dict[str, Any]:
    campaign, files = call.campaign, call.files
    submitted = sum(number for state, number in files.items() if state not in ("draft", "withdrawn"))
    return {
        "title": campaign.title,
        "href": url_for(".view_campaign", slug=campaign.slug),
        "kind": f"{KIND_LABELS[campaign.kind]} – {campaign.slug}",
        "standing": call.moment.status if campaign.state == "published" else campaign.state,
        "time": one_line(call.moment, calls.now, campaign.zone),
        "submitted": submitted,
        "drafts": files.get("draft", 0),
    }


def _versions(versions: Any) -> list[dict[str, Any]]:
    """Each version with the parts that changed in it; the latest first."""
    return [
        {"version": newer, "parts": [LABELS[part] for part in changed(older.document, newer.document)] if older else []}
        for newer, older in _pairs(list(versions))
    ]


def _pairs(versions: list[CampaignVersion]) -> list[tuple[CampaignVersion, CampaignVersion | None]]:
    return list(zip(versions, [*versions[1:], None], strict=True))


def _table(reach: Reach) -> dict[str, Any]:
    """The arguments of the macros `heat_table` and `tile_map`."""
    known = categories()
    by_department, by_category = reach.by_department, reach.by_category
    return {
        "rows": [(code or UNKNOWN, department_name(code or None)) for code in by_department],
        "columns": [
            (code or UNKNOWN, known[code].name if code in known else "") for code in sorted(by_category, key=_last)
        ],
        "cells": {
            (cell.department or UNKNOWN, cell.category_code or UNKNOWN): cell.establishments for cell in reach.cells
        },
        "row_totals": {code or UNKNOWN: figure for code, figure in by_department.items()},
        "column_totals": {code or UNKNOWN: figure for code, figure in by_category.items()},
        "grand_total": reach.audience.establishments if reach.audience else 0,
        "map": {code: figure for code, figure in by_department.items() if code},
        "inside": list(regions()[reach.region_code].departments) if reach.region_code in regions() else [],
    }


def _last(code: str) -> str:
    """What is not known comes last."""
    return code or "~"
