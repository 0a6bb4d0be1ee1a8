"""The catalogue for whoever keeps it: the list, a draft as the public would read it, a version as it was read."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from kit.web import actor, page, permission
from services_catalog.queries.service import Line
from services_catalog.rules.service_words import duration_of
from services_catalog.rules.states import FAMILY_LABELS
from services_catalog.service import reading
from services_catalog.web.catalogue import LONGEST_QUESTION, page_number, pages_of
from services_catalog.web.service_sheet import sheet

blueprint = Blueprint("staff_services", __name__)
ON_A_PAGE = 50


@blueprint.get("/staff/services")
@permission("service.list")
def list_drafts() -> Response:
    """Every service by title: drafts, on sale, withdrawn."""
    typed = request.args.get("q", "")[:LONGEST_QUESTION].replace("\0", "").strip()
    lines = reading.list_catalogue(actor(), typed)
    number = page_number(len(lines), ON_A_PAGE)
    kept: dict[str, Any] = {"q": typed} if typed else {}
    return page(
        "services/staff_list.html",
        lines=[_line(line) for line in lines[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]],
        typed=typed,
        number=number,
        page_count=pages_of(len(lines), ON_A_PAGE),
        page_url=lambda wanted: url_for(".list_drafts", page=wanted, **kept),
    )


@blueprint.get("/staff/services/<service_slug>/preview")
@permission("service.write")
def preview(service_slug: str) -> Response:
    """The draft on the page that the public would read."""
    draft, _ = reading.view_draft(actor(), service_slug)
    return _sheet_page(draft, "preview")


@blueprint.get("/staff/services/<service_slug>/versions/<int:version_number>")
@permission("service.list")
def version(service_slug: str, version_number: int) -> Response:
    """A version as it was published, and what it changed."""
    found = reading.view_version(actor(), service_slug, version_number)
    return _sheet_page(found.page, "version", changes=found.changes)


def _sheet_page(shown: reading.ServicePage, guise: str, **context: Any) -> Response:
    """The public page, for eyes that may see more: without price, and nothing can be ordered from it."""
    return page(
        "services/view.html",
        service=shown.service,
        version=shown.version,
        guise=guise,
        quote_url=None,
        price=None,
        **context,
        **sheet(shown.document, shown.service.family),
    )


def _line(line: Line) -> dict[str, Any]:
    return {
        "title": line.title,
        "href": url_for(".edit", service_slug=line.slug),
        "small": f"{FAMILY_LABELS[line.family]}, {duration_of(line.mode, line.half_days)}",
        "state": line.state,
        "version": line.version,
        "published_at": line.published_at,
        "saved_at": line.saved_at,
        "changed": line.changed,
    }
