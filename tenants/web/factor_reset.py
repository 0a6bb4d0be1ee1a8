"""The GRADeS helps somebody of its portal who lost everything they could show."""

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError
from kit.web import actor, page, permission
from tenants.service.factor_reset import look_at_factors, reset_factors

factor_reset = Blueprint("factor_reset", __name__, url_prefix="/staff/people/<uuid:user_id>/second-factor")


@factor_reset.get("")
@permission("second_factor.reset")
def confirm(user_id: UUID) -> Response:
    """What it does, before it is done."""
    return _page(user_id)


@factor_reset.post("")
@permission("second_factor.reset")
def reset(user_id: UUID) -> Response:
    """Remove everything, end the person's sessions, tell them."""
    try:
        reset_factors(actor(), user_id)
    except Conflict as error:
        return _page(user_id, error)
    flash("Le second facteur est réinitialisé. La personne est déconnectée partout et prévenue par courriel.", "good")
    return redirect(url_for("staff_people.list_people"), 303)


def _page(user_id: UUID, error: CrrcError | None = None) -> Response:
    return page(
        "tenants/security/reset.html",
        error.status if error else 200,
        locked=look_at_factors(actor(), user_id),
        refusal=error.sentence if error else None,
    )
