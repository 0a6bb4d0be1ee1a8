"""The review of accounts: those that wait, each with its people, and what was decided."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid, NotFound
from kit.permissions import allows
from kit.web import actor, page, permission
from tenants.permissions import PERMISSIONS
from tenants.rules.roles import ROLE_LABELS
from tenants.service import review_reading as reading
from tenants.service.account_review import close_review

account_reviews = Blueprint("account_reviews", __name__, url_prefix="/reviews")
FIELD = "person-"


@account_reviews.get("")
@permission("account_review.view")
def list_reviews() -> Response:
    """Those that wait; then, on request, those that are over."""
    closed = request.args.get("state") == "closed"
    found = reading.page_of_reviews(actor(), closed, _uuid(request.args.get("after", "")))
    state = "closed" if closed else None
    following = url_for(".list_reviews", state=state, after=found.after) if found.after else None
    everything = allows(PERMISSIONS, actor(), "organisation_claim.list")
    return page("tenants/reviews.html", found=found, closed=closed, following=following, everything=everything)


@account_reviews.get("/<uuid:review_id>")
@permission("account_review.view")
def view(review_id: UUID) -> Response:
    """Each person who has access."""
    return _page(review_id)


@account_reviews.post("/<uuid:review_id>/close")
@permission("account_review.close")
def close(review_id: UUID) -> Response:
    """Keep some, remove the others, and say that it is done."""
    try:
        review = close_review(actor(), review_id, _chosen())
    except (Invalid, Conflict) as error:
        return _page(review_id, error)
    removed = review.removed or 0
    what = f"{removed} accès retiré{'s' if removed > 1 else ''}." if removed else "Tout le monde garde son accès."
    flash(f"La revue est terminée. {what}", "good")
    return redirect(url_for(".view", review_id=review_id), 303)


def _chosen() -> dict[UUID, str]:
    chosen = {}
    for name, value in request.form.items():
        if name.startswith(FIELD):
            person = _uuid(name.removeprefix(FIELD))
            if person is not None:
                chosen[person] = value
    return chosen


def _page(review_id: UUID, error: CrrcError | None = None) -> Response:
    found = reading.view_review(actor(), review_id)
    faults = dict(error.fields) if error else {}
    return page(
        "tenants/review.html",
        error.status if error else 200,
        found=found,
        review=found.review,
        organisation=found.organisation,
        chosen={str(key): value for key, value in _chosen().items()},
        me=actor().user_id,
        role_labels=ROLE_LABELS,
        errors=faults,
        refusal=error.sentence if error and not faults else None,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound() from None
