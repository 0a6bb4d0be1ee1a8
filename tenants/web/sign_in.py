"""Signing in by an e-mailed link or its code, and out. Opening the link signs nobody in: mail scanners open links."""

from flask import Blueprint, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid, NotFound, TooManyRequests
from kit.web import actor, browser, page, permission
from tenants.rules.agent import agent_in_words
from tenants.rules.identity import PROVIDER_NAMES
from tenants.rules.people import mask_email
from tenants.rules.portal import local_path
from tenants.service import identity
from tenants.service.session import Cookie
from tenants.service.sign_in import ELSEWHERE, ask_sign_in_link, look_at_link, use_sign_in_link
from tenants.service.sign_in_code import use_sign_in_code
from tenants.web.cookie import forget_all, remember, session_secret
from tenants.web.identity import ASKED, PENDING, leave_for, private, signed_out_url

sign_in = Blueprint("sign_in", __name__)


@sign_in.get("/sign-in")
@permission("sign_in_link.ask")
def form() -> Response:
    """Choose a way in. Somebody who is signed in goes straight on."""
    next_path = local_path(request.args.get("next", ""), g.tenant.slug)
    if actor().kind == "person":
        return redirect(next_path, 303)
    return _form(next_path)


@sign_in.post("/sign-in")
@permission("sign_in_link.ask")
def ask() -> Response:
    """Send a link; whether the address is known changes nothing to see."""
    next_path = local_path(request.form.get("next", ""), g.tenant.slug)
    typed = request.form.get("email", "")
    try:
        session[ASKED] = ask_sign_in_link(actor(), typed, next_path, request.remote_addr or "", browser())
    except CrrcError as error:
        return _form(next_path, error, typed[:254])
    return redirect(url_for("sign_in.sent", next=next_path), 303)


@sign_in.get("/sign-in/sent")
@permission("sign_in_link.ask")
def sent() -> Response:
    """« Vérifiez votre boîte », and where to type the code."""
    return _sent(local_path(request.args.get("next", ""), g.tenant.slug), request.args.get("of", ""))


@sign_in.get("/sign-in/code")
@permission("sign_in_link.use")
def code() -> Response:
    """The address by itself."""
    return redirect(url_for("sign_in.sent"), 303)


@sign_in.post("/sign-in/code")
@permission("sign_in_link.use")
def use_code() -> Response:
    """Sign in by the code, in the window that asked for it."""
    next_path = local_path(request.form.get("next", ""), g.tenant.slug)
    try:
        cookie, landing = use_sign_in_code(actor(), request.form.get("code", ""), browser(), session_secret(), _agent())
    except (Invalid, Conflict, TooManyRequests) as error:
        return _sent(next_path, request.form.get("of", ""), error)
    return _land(cookie, landing)


@sign_in.get("/sign-in/<secret>")
@permission("sign_in_link.use")
def link(secret: str) -> Response:
    """Show the button; the link stays good."""
    try:
        address = mask_email(look_at_link(actor(), secret, browser()).email)
    except (Conflict, NotFound) as error:
        return _dead(error)
    return private(page("tenants/sign_in_link.html", address=address, secret=secret))


@sign_in.post("/sign-in/<secret>")
@permission("sign_in_link.use")
def use(secret: str) -> Response:
    """Sign in, once, and land where the person was going."""
    try:
        cookie, landing = use_sign_in_link(actor(), secret, session_secret(), browser(), _agent())
    except (Conflict, NotFound) as error:
        return _dead(error)
    return _land(cookie, landing)


@sign_in.post("/sign-out")
@permission("session.end")
def sign_out() -> Response:
    """End the session, here and on the server; at the provider too when it came by one."""
    kind, url = "", None
    if session_secret():
        backs = {kind: signed_out_url(kind) for kind in PROVIDER_NAMES}
        kind, url = identity.sign_out(actor(), session_secret(), browser(), backs)
    session.clear()
    if url is not None:
        return forget_all(leave_for(kind, url, "out"))
    flash("Vous êtes déconnecté.", "good")
    if kind:
        flash(
            f"{PROVIDER_NAMES[kind]} vous connaît encore dans ce navigateur\N{NO-BREAK SPACE}: fermez-le si d’autres "
            "s’en servent.",
            "wait",
        )
    return forget_all(redirect(f"/{g.tenant.slug}/", 303))


def _form(next_path: str, error: CrrcError | None = None, email: str = "") -> Response:
    return page(
        "tenants/sign_in.html",
        error.status if error else 200,
        next_path=next_path,
        email=email,
        doors=identity.list_doors(actor()),
        errors=(dict(error.fields) or {"email": error.sentence}) if error else {},
    )


def _sent(next_path: str, of: str, error: CrrcError | None = None) -> Response:
    """`of`: the provider whose identity waits for the address."""
    return page(
        "tenants/sign_in_sent.html",
        error.status if error else 200,
        email=session.get(ASKED),
        next_path=next_path,
        of=of if of in PROVIDER_NAMES else "",
        provider=PROVIDER_NAMES.get(of),
        errors=(dict(error.fields) or {"code": error.sentence}) if error else {},
    )


def _dead(error: CrrcError) -> Response:
    """Why the link does not serve; one that was asked elsewhere is only not good here."""
    elsewhere = error.sentence == ELSEWHERE
    return private(page("tenants/sign_in_dead.html", error.status, sentence=error.sentence, elsewhere=elsewhere))


def _land(cookie: Cookie, landing: str) -> Response:
    for name in (ASKED, PENDING):
        session.pop(name, None)
    return remember(private(redirect(local_path(landing, g.tenant.slug), 303)), cookie)


def _agent() -> str:
    return agent_in_words(request.user_agent.string)
