"""What a GRADeS owes about personal data, on one page: what waits, until when, and where everything is."""

from flask import Blueprint
from werkzeug.wrappers import Response

from kit.web import actor, page, permission
from privacy.service.overview import view_overview
from privacy.web.words import breach_line, request_line

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/staff/privacy")
@permission("privacy.view")
def overview() -> Response:
    """Requests and breaches under way by delay, periods, register."""
    found = view_overview(actor())
    return page(
        "privacy/overview.html",
        found=found,
        requests=[request_line(one, found.today) for one in found.requests],
        breaches=[breach_line(one, found.now) for one in found.breaches],
    )
