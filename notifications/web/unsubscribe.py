"""Leaving by the link of a mail, without signing in. A GET shows, a POST leaves: robots open links, and press nothing.

The POST of a mail program (RFC 8058) carries no seal and no cookie: the ticket of its address is its proof.
"""

from flask import Blueprint
from werkzeug.wrappers import Response

from kit.web import actor, page, permission, signed
from notifications.service import unsubscribe as service

blueprint = Blueprint("unsubscribe", __name__)


@blueprint.get("/unsubscribe/<secret>")
@permission("mail.unsubscribe")
def ask(secret: str) -> Response:
    """What the button of this page would stop."""
    return _page(service.look_at_way_out(actor(), secret), secret)


@blueprint.post("/unsubscribe/<secret>")
@permission("mail.unsubscribe")
@signed
def leave(secret: str) -> Response:
    """One click."""
    return _page(service.unsubscribe(actor(), secret), secret)


@blueprint.post("/unsubscribe/<secret>/undo")
@permission("mail.unsubscribe")
@signed
def undo(secret: str) -> Response:
    """A mistake: as before."""
    return _page(service.subscribe_again(actor(), secret), secret, undone=True)


def _page(leaving: service.Leaving, secret: str, undone: bool = False) -> Response:
    return page("notifications/unsubscribe.html", leaving=leaving, secret=secret, undone=undone)
