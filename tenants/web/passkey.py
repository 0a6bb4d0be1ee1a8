"""Signing in with a passkey alone: the device recognises its person, no mail is needed. It takes a script."""

from flask import Blueprint, jsonify, redirect, request
from werkzeug.wrappers import Response

from kit.errors import CrrcError
from kit.web import actor, browser, page, permission
from tenants.rules.agent import agent_in_words
from tenants.service.passkey import ask_sign_in, sign_in_with_passkey
from tenants.web.confirm import next_path, site
from tenants.web.cookie import remember, session_secret

passkey = Blueprint("passkey", __name__)


@passkey.post("/passkey/options")
@permission("passkey.sign_in")
def options() -> Response:
    """What the sign-in page's script asks the browser for (assets/passkey.js)."""
    return jsonify(ask_sign_in(actor(), browser(), site()))


@passkey.post("/passkey")
@permission("passkey.sign_in")
def sign_in() -> Response:
    """Sign in, and land where the person was going."""
    try:
        cookie = sign_in_with_passkey(
            actor(),
            request.form.get("passkey", ""),
            browser(),
            site(),
            agent_in_words(request.user_agent.string),
            ended=session_secret(),
        )
    except CrrcError as error:
        return _again(error)
    return remember(redirect(next_path(), 303), cookie)


def _again(error: CrrcError) -> Response:
    return page("tenants/security/not_signed_in.html", error.status, sentence=error.sentence, next_path=next_path())
