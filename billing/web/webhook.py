"""Where the payment provider tells its events: answered at once, in one word, to whoever signed them."""

from collections.abc import Callable

from flask import Blueprint, request
from werkzeug.wrappers import Response

from billing.service.payment_event import receive_at_platform, receive_at_portal
from kit.errors import CrrcError
from kit.web import actor, permission, signed

blueprint = Blueprint("payment_webhook", __name__)
LARGEST_EVENT = 512 * 1024


@blueprint.post("/webhooks/stripe")
@permission("payment_event.receive")
@signed
def receive() -> Response:
    """An event of the portal's own account."""
    return _answer(lambda body, signature: receive_at_portal(actor(), body, signature))


@permission("payment_event.receive")
@signed
def receive_platform() -> Response:
    """An event of an account connected to the platform."""
    return _answer(receive_at_platform)


def _answer(keep: Callable[[bytes, str | None], bool]) -> Response:
    request.max_content_length = LARGEST_EVENT
    try:
        keep(request.get_data(cache=False), request.headers.get("Stripe-Signature"))
    except CrrcError as error:
        return Response(error.sentence, status=error.status, mimetype="text/plain")
    return Response("ok", mimetype="text/plain")
