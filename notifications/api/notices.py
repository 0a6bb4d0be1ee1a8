"""What was sent to whom and what became of it, for programs: the proof of a notification."""

from typing import Any

from flask_smorest import Blueprint

from kit.web import actor, permission
from notifications.schemas.notices import NoticeFilters, NoticesView
from notifications.service import reading

blueprint = Blueprint("notifications_api", __name__, description="Notices and the delivery of their mails.")


@blueprint.get("/notifications")
@permission("notification.list")
@blueprint.arguments(NoticeFilters, location="query")
@blueprint.response(200, NoticesView)
def list_notices(query: dict[str, Any]) -> reading.Notices:
    """List the portal's notices, newest first, with the state of each mail."""
    return reading.list_sent(actor(), **query)
