"""The periods of a portal, with what they would end now."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import CrrcError, Invalid, Stale
from kit.typed import number
from kit.web import actor, page, permission
from privacy.rules.retention import BY_KEY, HELD, period
from privacy.service import retention as periods

blueprint = Blueprint("retention", __name__)


@blueprint.get("/staff/privacy/retention")
@permission("retention.view")
def view() -> Response:
    """Periods, rehearsal, last purges."""
    return _page()


@blueprint.post("/staff/privacy/retention")
@permission("retention.adopt")
def adopt() -> Response:
    """Adopt them: the purge of the night follows."""
    try:
        periods.adopt_periods(actor(), request.form, number(request.form.get("revision", "")) or 0)
    except (Invalid, Stale) as error:
        return _page(error)
    flash("Les durées sont adoptées\N{NO-BREAK SPACE}: la purge de la nuit les suit.", "good")
    return redirect(url_for(".view"), 303)


def _page(error: CrrcError | None = None) -> Response:
    found = periods.view_periods(actor())
    return page(
        "privacy/retention.html",
        error.status if error else 200,
        found=found,
        held=HELD,
        kinds=BY_KEY,
        period=period,
        typed=request.form if error else {},
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )
