"""The catalogue as everybody reads it: its families, a search, a service."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, request, url_for
from werkzeug.wrappers import Response

from kit.typed import number
from kit.web import actor, page, permission
from services_catalog.queries.service import Line
from services_catalog.rules.service_words import MODE_LABELS, duration_of
from services_catalog.rules.states import FAMILIES, FAMILY_LABELS, LEVEL_LABELS, LEVELS
from services_catalog.service import reading
from services_catalog.web.price import price_block
from services_catalog.web.service_sheet import FAMILY_PURPOSES, level, sheet

blueprint = Blueprint("services", __name__)
LONGEST_QUESTION = 120
ON_A_SHELF, ON_A_PAGE = 6, 24
QUOTE = "orders.ask_quote"


@blueprint.get("/services")
@permission("service.view")
def list_services() -> Response:
    """The families, each with its services; or what was asked for, by pages."""
    typed = request.args.get("q", "")[:LONGEST_QUESTION].replace("\0", "").strip()
    family, wanted = _one_of("family", FAMILIES), _one_of("level", LEVELS)
    lines = [
        line
        for line in reading.list_offer(actor(), typed)
        if family in ("", line.family) and wanted in ("", line.level)
    ]
    asked = {"q": typed, "family": family, "level": wanted}
    is_asked = any(asked.values())
    number = page_number(len(lines), ON_A_PAGE)
    return page(
        "services/list.html",
        asked=asked,
        families=[(code, FAMILY_LABELS[code]) for code in FAMILIES],
        levels=[(code, LEVEL_LABELS[code]) for code in LEVELS],
        shelves=[] if is_asked else _shelves(lines),
        found=[card(line) for line in lines[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]] if is_asked else [],
        total=len(lines),
        is_asked=is_asked,
        purpose=FAMILY_PURPOSES.get(family),
        number=number,
        page_count=pages_of(len(lines), ON_A_PAGE),
        page_url=lambda wanted_page: url_for(".list_services", **_kept(asked), page=wanted_page),
    )


@blueprint.get("/services/<service_slug>")
@permission("service.view")
def view_service(service_slug: str) -> Response:
    """A service: what is done, how long, for whom, on what terms."""
    found = reading.view_service(actor(), service_slug)
    service = found.service
    return page(
        "services/view.html",
        service=service,
        version=found.version,
        guise="public" if service.state != "draft" else "draft",
        quote_url=quote_url(service.slug) if service.state == "published" else None,
        price=price_block(service),
        **sheet(found.document, service.family),
    )


def card(line: Line) -> dict[str, Any]:
    """A service in a list."""
    return {
        "title": line.title,
        "href": url_for("services.view_service", service_slug=line.slug),
        "summary": line.summary,
        "family": line.family,
        "family_name": FAMILY_LABELS[line.family],
        "level": level(line.level),
        "mode": MODE_LABELS[line.mode],
        "duration": duration_of(line.mode, line.half_days),
    }


def quote_url(slug: str) -> str | None:
    """Where a quote is asked for; None while the portal sells nothing."""
    return url_for(QUOTE, service_slug=slug) if QUOTE in current_app.view_functions else None


def _shelves(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The families that have something, in their order, with their first services."""
    by_family = sorted(lines, key=lambda line: FAMILIES.index(line.family))
    return [
        {
            "family": family,
            "name": FAMILY_LABELS[family],
            "purpose": FAMILY_PURPOSES[family],
            "cards": [card(line) for line in shelf[:ON_A_SHELF]],
            "total": len(shelf),
            "href": url_for(".list_services", family=family),
        }
        for family, shelf in ((family, list(some)) for family, some in groupby(by_family, lambda line: line.family))
    ]


def _one_of(name: str, known: Sequence[str]) -> str:
    """A filter of the address; what is none of ours filters nothing."""
    given = request.args.get(name, "")
    return given if given in known else ""


def page_number(total: int, size: int) -> int:
    """The page that the address asks for, among those there are."""
    asked = request.args.get("page", "1")
    return max(min(number(asked, 4) or 1, pages_of(total, size)), 1)


def pages_of(total: int, size: int) -> int:
    """How many pages a list has."""
    return -(-total // size)


def _kept(asked: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value}
