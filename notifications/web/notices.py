"""« Mes notifications »: what the portal has told, to filter, to search, to mark as read."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Invalid
from kit.french import count
from kit.typed import identifier
from kit.web import actor, page, permission
from notifications.rules.families import BY_KEY, FAMILIES
from notifications.service import reading

blueprint = Blueprint("notifications", __name__)
LONGEST_SEARCH = 100


@blueprint.get("/notifications")
@permission("notification.view")
def view() -> Response:
    """One's own notices, newest first: all, or those one looks for."""
    shown = _shown(request.args)
    after = identifier(request.args.get("after", ""))
    notices = reading.list_my_notices(
        actor(), after, shown.get("family", ""), "unread" in shown, shown.get("words", "")
    )
    return page(
        "notifications/list.html",
        notices_list=notices,
        home=f"/{g.tenant.slug}",
        shown=shown,
        is_further=after is not None,
        families=[
            (family.key, family.name) for family in FAMILIES if family.listed and (actor().roles or not family.staff)
        ],
    )


@blueprint.post("/notifications/read")
@permission("notification.read")
def read() -> Response:
    """Mark one as read (`id`), or all those that were shown (`newest`); back to what was shown."""
    one, newest = (identifier(request.form.get(name, "")) for name in ("id", "newest"))
    if one is not None:
        reading.read_notice(actor(), one)
    elif newest is not None:
        number = reading.read_notices(actor(), newest)
        flash(f"{count(number, 'notification marquée comme lue', 'notifications marquées comme lues')}.", "good")
    else:
        raise Invalid("Aucune notification n’a été choisie. Revenez à la liste et recommencez.")
    return redirect(url_for("notifications.view", **_shown(request.form)), 303)


def _shown(values: Mapping[str, str]) -> dict[str, Any]:
    """What the list keeps: a family, unread ones, words. Anything else is no filter."""
    kept = {"family": values.get("family", ""), "words": values.get("words", "").strip()[:LONGEST_SEARCH]}
    if kept["family"] not in BY_KEY:
        del kept["family"]
    if values.get("unread") == "1":
        kept["unread"] = "1"
    return {name: value for name, value in kept.items() if value}
