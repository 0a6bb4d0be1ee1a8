"""Proving who one is on a page of its own: after a sign-in, or before an address that wants it."""

from flask import Blueprint, jsonify, redirect, url_for
from werkzeug.wrappers import Response

from kit.errors import Invalid
from kit.web import actor, permission
from tenants.service import second_factor as service
from tenants.service.session import end_session
from tenants.web.confirm import CODE, NO_CODE, ask_here, next_path, site
from tenants.web.cookie import forget, session_secret

second_factor = Blueprint("second_factor", __name__)


@second_factor.get("/second-factor")
@permission("second_factor.prove")
def prove_page() -> Response:
    """Ask for what is missing; nothing is: go on."""
    if not actor().held_back and not actor().stale:
        return redirect(next_path(), 303)
    return ask_here(service.list_ways(actor(), site()))


@second_factor.post("/second-factor")
@permission("second_factor.prove")
def prove() -> Response:
    """Go on: the roof proved what the form carried, before this view (tenants/web/confirm.py)."""
    if not actor().held_back and not actor().stale:
        return redirect(next_path(), 303)
    return ask_here(service.list_ways(actor(), site()), Invalid(NO_CODE, {CODE: NO_CODE}))


@second_factor.post("/second-factor/passkey")
@permission("second_factor.prove")
def passkey_options() -> Response:
    """What the page's script asks the browser for (assets/passkey.js)."""
    return jsonify(service.ask_passkey(actor(), site()))


@second_factor.post("/second-factor/again")
@permission("session.end")
def sign_in_again() -> Response:
    """End this session and come in again: for whom nothing else proves anything."""
    if session_secret():
        end_session(actor(), session_secret())
    return forget(redirect(url_for("sign_in.form", next=next_path()), 303))
