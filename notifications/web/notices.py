"""« Mes notifications »."""

from uuid import UUID

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Invalid
from kit.french import count
from kit.web import actor, page, permission
from notifications.service import reading

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@permission("notification.view")
def view() -> Response:
    """One's own notices, newest first."""
    notices = reading.list_my_notices(actor(), request.args.get("after", type=UUID))
    return page("notifications/list.html", notices_list=notices, home=f"/{g.tenant.slug}")


@blueprint.post("/notifications/read")
@permission("notification.read")
def read() -> Response:
    """Mark one as read (`id`), or all those that were shown (`newest`)."""
    one, newest = (request.form.get(name, type=UUID) for name in ("id", "newest"))
    if one is not None:
        reading.read_notice(actor(), one)
    elif newest is not None:
        number = reading.read_notices(actor(), newest)
        flash(f"{count(number, 'notification marquée comme lue', 'notifications marquées comme lues')}.", "good")
    else:
        raise Invalid("Aucune notification n’a été choisie. Revenez à la liste et recommencez.")
    return redirect(url_for("notifications.view"), 303)
