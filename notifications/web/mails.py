"""« Adresses refusées »: the addresses that refuse mails or want no more of them, for the portal's managers."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.french import count
from kit.typed import identifier
from kit.web import actor, page, permission
from notifications.service import address

blueprint = Blueprint("mails", __name__)
LONGEST_SEARCH = 254


@blueprint.get("/staff/mails")
@permission("suppressed_address.view")
def list_suppressed() -> Response:
    """Newest first."""
    words = request.args.get("words", "").strip()[:LONGEST_SEARCH]
    after = identifier(request.args.get("after", ""))
    found = address.list_suppressed(actor(), words, after)
    return page("notifications/suppressed.html", found=found, words=words, is_further=after is not None)


@blueprint.post("/staff/mails/<uuid:suppressed_id>/lift")
@permission("suppressed_address.lift")
def lift(suppressed_id: UUID) -> Response:
    """Write there again."""
    email, number = address.lift(actor(), suppressed_id)
    left = f" {count(number, 'courriel récent repart', 'courriels récents repartent')}." if number else ""
    flash(f"Le portail écrit de nouveau à {email}.{left}", "good")
    return redirect(url_for("mails.list_suppressed"), 303)
