"""« Fonctionnement »: the pulse of the processes, for the ARS's and the GRADeS's managers."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from kit.french import count
from kit.web import actor, page, permission
from notifications.service import pulse as service

blueprint = Blueprint("pulse", __name__)


@blueprint.get("/pulse")
@permission("pulse.view")
def view() -> Response:
    """What runs, what is late, what has gone silent; and the mails that were refused."""
    return page("notifications/pulse.html", pulse=service.look_at_pulse(actor()))


@blueprint.post("/pulse/retry")
@permission("notification.retry")
def retry() -> Response:
    """Send the refused mails again."""
    number = service.retry_failed(actor())
    flash(f"{count(number, 'courriel remis', 'courriels remis')} dans la file d’envoi.", "good")
    return redirect(url_for("pulse.view"), 303)
