"""The decisions of a call, what their release would tell, and the release."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.service import release as releasing
from kit.errors import Conflict, CrrcError, Invalid, Stale
from kit.typed import number
from kit.web import actor, page, permission

blueprint = Blueprint("decisions", __name__)


@blueprint.get("/staff/campaigns/<slug>/decisions")
@permission("decision.view")
def list_decisions(slug: str) -> Response:
    """Accepted, waiting list by rank, refused: as they would be told."""
    preview = releasing.preview_release(actor(), slug, _page())
    return page("decisions/list.html", preview=preview, rows=_rows(preview), page_url=_page_url(slug))


@blueprint.get("/staff/campaigns/<slug>/release")
@permission("decision.view")
def preview_release(slug: str) -> Response:
    """Exactly what would be told, to whom, and what stops it. Nothing leaves from here."""
    return _preview_page(slug)


@blueprint.post("/staff/campaigns/<slug>/release")
@permission("campaign.release")
def release(slug: str) -> Response:
    """Tell everybody now, after the box was ticked on an up-to-date preview."""
    try:
        if request.form.get("sure") != "yes":
            raise Invalid("Personne n’a été notifié.", {"sure": "Cochez la case pour confirmer l’envoi."})
        releasing.release_decisions(actor(), slug, request.form.get("digest", ""))
    except (Invalid, Conflict, Stale) as error:
        return _preview_page(slug, error)
    flash("Les décisions sont notifiées. Chaque organisme reçoit un courriel et un avis dans son espace.", "good")
    return redirect(url_for(".list_decisions", slug=slug), 303)


def _preview_page(slug: str, error: CrrcError | None = None) -> Response:
    errors = (error.fields or {"digest": error.sentence}) if error else {}
    status = error.status if error else 200
    preview = releasing.preview_release(actor(), slug, _page())
    return page(
        "decisions/release.html", status, preview=preview, rows=_rows(preview), page_url=_page_url(slug), errors=errors
    )


def _rows(preview: releasing.Preview) -> list[dict[str, Any]]:
    return [
        {
            "name": row.applicant_name,
            "href": url_for("reviews.view_file", candidacy_id=row.candidacy_id),
            "reference": row.reference,
            "outcome": row.outcome,
            "rank": row.rank,
            "motive": row.motive,
        }
        for row in preview.rows
    ]


def _page_url(slug: str) -> Callable[[int], str]:
    endpoint = request.endpoint if request.method == "GET" else ".preview_release"
    return lambda number: url_for(endpoint or "", slug=slug, page=number)


def _page() -> int:
    return number(request.args.get("page", "1"), 5) or 1
