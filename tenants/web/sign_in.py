"""Signing in by an e-mailed link, and out. Opening the link signs nobody in: mail scanners open links."""

from flask import Blueprint, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, NotFound
from kit.web import actor, page, permission
from tenants.rules.people import mask_email
from tenants.rules.portal import local_path
from tenants.service.session import end_session
from tenants.service.sign_in import ask_sign_in_link, look_at_link, use_sign_in_link
from tenants.web.cookie import forget, remember, session_secret

sign_in = Blueprint("sign_in", __name__)
ASKED = "asked"


@sign_in.get("/sign-in")
@permission("sign_in_link.ask")
def form() -> Response:
    """Ask for an address. Somebody who is signed in goes straight on."""
    next_path = local_path(request.args.get("next", ""), g.tenant.slug)
    if actor().kind == "person":
        return redirect(next_path, 303)
    return page("tenants/sign_in.html", next_path=next_path, email="", errors={})


@sign_in.post("/sign-in")
@permission("sign_in_link.ask")
def ask() -> Response:
    """Send a link; whether the address is known changes nothing to see."""
    next_path = local_path(request.form.get("next", ""), g.tenant.slug)
    typed = request.form.get("email", "")
    try:
        session[ASKED] = ask_sign_in_link(actor(), typed, next_path, request.remote_addr or "")
    except CrrcError as error:
        errors = dict(error.fields) or {"email": error.sentence}
        return page("tenants/sign_in.html", error.status, next_path=next_path, email=typed[:254], errors=errors)
    return redirect(url_for("sign_in.sent", next=next_path), 303)


@sign_in.get("/sign-in/sent")
@permission("sign_in_link.ask")
def sent() -> Response:
    """« Vérifiez votre boîte »."""
    next_path = local_path(request.args.get("next", ""), g.tenant.slug)
    return page("tenants/sign_in_sent.html", email=session.get(ASKED), next_path=next_path)


@sign_in.get("/sign-in/<secret>")
@permission("sign_in_link.use")
def link(secret: str) -> Response:
    """Show the button; the link stays good."""
    try:
        address = mask_email(look_at_link(actor(), secret).email)
    except (Conflict, NotFound) as error:
        return _private(page("tenants/sign_in_dead.html", error.status, sentence=error.sentence))
    return _private(page("tenants/sign_in_link.html", address=address, secret=secret))


@sign_in.post("/sign-in/<secret>")
@permission("sign_in_link.use")
def use(secret: str) -> Response:
    """Sign in, once, and land where the person was going."""
    try:
        cookie, next_path = use_sign_in_link(actor(), secret, ended=session_secret())
    except (Conflict, NotFound) as error:
        return _private(page("tenants/sign_in_dead.html", error.status, sentence=error.sentence))
    session.pop(ASKED, None)
    return remember(_private(redirect(local_path(next_path, g.tenant.slug), 303)), cookie)


@sign_in.post("/sign-out")
@permission("session.end")
def sign_out() -> Response:
    """End the session, here and on the server."""
    if session_secret():
        end_session(actor(), session_secret())
    session.clear()
    flash("Vous êtes déconnecté.", "good")
    return forget(redirect(f"/{g.tenant.slug}/", 303))


def _private(response: Response) -> Response:
    """The address holds a secret: it goes to nobody, neither as a referrer nor into a cache."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
