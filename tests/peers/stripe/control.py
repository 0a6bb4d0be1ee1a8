"""What Stripe's users and banks do, for tests, journeys, demonstrations: `POST /_control/<what>`, a JSON body."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from tests.peers.stripe import money
from tests.peers.stripe.api import ledger
from tests.peers.stripe.delivery import Post

blueprint = Blueprint("stripe_control", __name__, url_prefix="/_control")


def _post() -> Post:
    found: Post = current_app.config["POST"]
    return found


def _said() -> dict[str, Any]:
    return request.get_json(silent=True) or {}


@blueprint.get("/state")
def state() -> Response:
    """Everything: objects by id, events, what was sent."""
    book = ledger()
    return jsonify(things=book.things, sent=_post().sent, waiting=[one["id"] for one in _post().waiting()])


@blueprint.post("/account")
def account() -> Response:
    """`{id, keys, platform, connected}`: open an account."""
    said = _said()
    ledger().account(
        said["id"], *said.get("keys", []), platform=said.get("platform", False), connected=said.get("connected", False)
    )
    return jsonify(done=True)


@blueprint.post("/listener")
def listener() -> Response:
    """`{url, secret, account}`: an address that is told events."""
    _post().listen(**_said())
    return jsonify(done=True)


@blueprint.post("/manners")
def manners() -> Response:
    """`{held, copies, delay, shuffle, drop, bad_signature}`: how events are sent from now on."""
    for name, value in _said().items():
        setattr(_post().manners, name, value)
    return jsonify(asdict(_post().manners))


@blueprint.post("/flush")
def flush() -> Response:
    """Send what waits."""
    return jsonify(sent=_post().flush())


@blueprint.post("/replay")
def replay() -> Response:
    """`{type}`: send again every event (of a type), with the signature of now."""
    wanted = _said().get("type", "")
    return jsonify(sent=sum(_post().send(one) for one in list(ledger().events) if one["type"].startswith(wanted)))


@blueprint.post("/pay")
def pay() -> Response:
    """`{session, how}`: card, sepa_debit, declined."""
    money.pay(ledger(), _said()["session"], _said()["how"])
    return jsonify(done=True)


@blueprint.post("/settle")
def settle() -> Response:
    """`{session, succeeded}`: the bank's answer to a debit."""
    money.settle(ledger(), _said()["session"], _said().get("succeeded", True))
    return jsonify(done=True)


@blueprint.post("/dispute")
def dispute() -> Response:
    """`{session}`: the payer disputes; answers with its id."""
    return jsonify(id=money.dispute(ledger(), _said()["session"])["id"])


@blueprint.post("/close-dispute")
def close_dispute() -> Response:
    """`{id, won}`."""
    money.close_dispute(ledger(), _said()["id"], _said()["won"])
    return jsonify(done=True)


@blueprint.post("/payout")
def payout() -> Response:
    """`{account}`: pay its balance out; answers with the id and the amount."""
    made = money.pay_out(ledger(), _said()["account"])
    return jsonify(id=made["id"], amount=made["amount"])
