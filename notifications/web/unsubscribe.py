"""Leaving by the link of a mail, without signing in. A GET shows, a POST leaves: robots open links, and press nothing.

The POST of a mail program (RFC 8058) carries no seal and no cookie: the ticket of its address is its proof.
"""

from flask import Blueprint
from werkzeug.wrappers import Response

from kit.web import actor, page, permission, signed
from notifications.service import unsubscribe as service

blueprint = Blueprint("unsubscribe", __name__)


@blueprint.get("/unsubscribe/<way_out>")
@permission("mail.unsubscribe")
def ask(way_out: str) -> Response:
    """What the button of this page would stop."""
    return _page(service.look_at_way_out(actor(), way_out), way_out)


@blueprint.post("/unsubscribe/<way_out>")
@permission("mail.unsubscribe")
@signed
def leave(way_out: str) -> Response:
    """One click."""
    return _page(service.unsubscribe(actor(), way_out), way_out)


@blueprint.post("/unsubscribe/<way_out>/undo")
@permission("mail.unsubscribe")
@signed
def undo(way_out: str) -> Response:
    """A mistake: as before."""
    return _page(service.subscribe_again(actor(), way_out), way_out, undone=True)


def _page(leaving: service.Leaving, way_out: str, undone: bool = False) -> Response:
    return page("notifications/unsubscribe.html", leaving=leaving, way_out=way_out, undone=undone)
