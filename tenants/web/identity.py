"""The doors of ProConnect and Pro Santé Connect: one way in and one way back each, so that none is taken for the other.

A form of ours never leads to another site by itself (the policy of our pages allows none): a page between sends the
browser on at once.
"""

from functools import partial
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid, TooManyRequests
from kit.host import address_of, host_name
from kit.typed import number
from kit.web import actor, browser, page, permission
from tenants.rules.agent import agent_in_words
from tenants.rules.identity import PROVIDER_NAMES
from tenants.rules.portal import local_path
from tenants.rules.refusal import ProviderAway, ProviderRefused, StateLost
from tenants.service import identity, my_identities
from tenants.web.cookie import remember, session_secret

log = structlog.get_logger("crrc.identity")
proconnect = Blueprint("proconnect", __name__, url_prefix="/sign-in/proconnect")
psc = Blueprint("psc", __name__, url_prefix="/sign-in/psc")
ASKED, PENDING = "asked", "pending"
ANSWER = ("code", "state", "iss", "error", "error_description")
LONGEST = 2000  # of a value in an answer


def back_url(kind: str) -> str:
    """Where the provider sends people back: never what the request says of its host."""
    return f"{address_of(g.tenant)}/sign-in/{kind}/callback"


def signed_out_url(kind: str) -> str:
    """Where the provider sends people back after they signed out there."""
    return f"{address_of(g.tenant)}/sign-in/{kind}/signed-out"


def private(response: Response) -> Response:
    """What this page or its address holds goes to nobody, neither as a referrer nor into a cache."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def leave_for(kind: str, url: str, leaving: str) -> Response:
    """Send the browser on, from a page of ours. `leaving`: "in" or "out"."""
    response = page("tenants/sign_in/leaving.html", provider=PROVIDER_NAMES[kind], url=url, leaving=leaving)
    response.headers["Refresh"] = f"0; url={url}"
    return private(response)


def _start(kind: str) -> Response:
    """Go and be identified."""
    next_path = local_path(request.form.get("next", ""), g.tenant.slug)
    if not _is_at_home():
        return redirect(f"{address_of(g.tenant)}/sign-in", 303)
    try:
        return leave_for(kind, identity.begin(actor(), kind, next_path, browser(), back_url(kind)), "in")
    except (ProviderAway, TooManyRequests) as error:
        return _refused(kind, error)


def _again(kind: str) -> Response:
    """Somebody opens the address by itself."""
    return redirect(url_for("sign_in.form"), 303)


def _attach(kind: str) -> Response:
    """Attach an identity to the account that is open."""
    if not _is_at_home():
        return redirect(f"{address_of(g.tenant)}/account/identities", 303)
    landing = url_for("identities.list_identities")
    try:
        url = identity.begin(actor(), kind, landing, browser(), back_url(kind), attach=True)
        return leave_for(kind, url, "in")
    except (ProviderAway, TooManyRequests) as error:
        return _refused(kind, error)


def _callback(kind: str) -> Response:
    """Back from the provider."""
    answer = {name: request.args[name][:LONGEST] for name in ANSWER if name in request.args}
    agent = agent_in_words(request.user_agent.string)
    choose = url_for("psc.place")
    try:
        came = identity.finish(actor(), kind, answer, browser(), back_url(kind), session_secret(), agent, choose=choose)
    except (StateLost, ProviderRefused, ProviderAway, Conflict) as error:
        return _refused(kind, error)
    if came.cookie is not None:
        return remember(private(redirect(local_path(came.next_path, g.tenant.slug), 303)), came.cookie)
    if came.attached:
        flash(f"Votre identité {PROVIDER_NAMES[kind]} est rattachée à votre compte.", "good")
        return private(redirect(local_path(came.next_path, g.tenant.slug), 303))
    session[PENDING] = came.pending
    if came.email:
        try:
            return _send(kind, came.email)
        except CrrcError as error:
            return _ask_address(kind, came.email, error)
    return private(redirect(url_for(f"{kind}.address"), 303))


def _address(kind: str) -> Response:
    """No address was told, or it must be corrected: the person types theirs."""
    if not identity.is_pending(actor(), kind, str(session.get(PENDING, "")), browser()):
        return _again(kind)
    return _ask_address(kind, "", None)


def _prove(kind: str) -> Response:
    """Send the mail that proves the address."""
    typed = request.form.get("email", "")
    try:
        return _send(kind, typed)
    except StateLost as error:
        return _refused(kind, error)
    except (Invalid, TooManyRequests) as error:
        return _ask_address(kind, typed[:254], error)


def _signed_out(kind: str) -> Response:
    """Back from the provider's own sign-out: here, the session had ended before."""
    try:
        identity.signed_out(actor(), kind, request.args.get("state", "")[:LONGEST], browser())
    except StateLost:
        return redirect(f"/{g.tenant.slug}/", 303)
    flash(f"Vous êtes déconnecté du portail et de {PROVIDER_NAMES[kind]}.", "good")
    return redirect(f"/{g.tenant.slug}/", 303)


def _send(kind: str, email: str) -> Response:
    pending = str(session.get(PENDING, ""))
    address, next_path = identity.prove_address(actor(), kind, pending, email, request.remote_addr or "", browser())
    session[ASKED] = address
    return private(redirect(url_for("sign_in.sent", next=next_path, of=kind), 303))


def _ask_address(kind: str, typed: str, error: CrrcError | None) -> Response:
    faults = (dict(error.fields) or {"email": error.sentence}) if error else {}
    status = error.status if error else 200
    provider = PROVIDER_NAMES[kind]
    return private(
        page("tenants/sign_in/address.html", status, kind=kind, provider=provider, email=typed, errors=faults)
    )


def _refused(kind: str, error: CrrcError) -> Response:
    """Why, in our words, and the other ways in."""
    log.info("identity.refused", provider=kind, code=error.code, reason=getattr(error, "reason", ""))
    response = page(
        "tenants/sign_in/refused.html",
        error.status,
        kind=kind,
        provider=PROVIDER_NAMES[kind],
        sentence=error.sentence,
        may_retry=isinstance(error, StateLost | ProviderRefused),
        attaching=actor().kind == "person",
    )
    return private(response)


def _is_at_home() -> bool:
    """Whether this is the host that the provider sends people back to: our cookies do not follow to another."""
    home = urlsplit(address_of(g.tenant)).hostname or ""
    return host_name(request.host) == home


@psc.get("/place")
@permission("identity.view")
def place() -> Response:
    """For which place do you come?"""
    next_path = local_path(request.args.get("next", ""), g.tenant.slug)
    places = my_identities.view_places(actor())
    if places is None:
        return redirect(next_path, 303)
    return page("tenants/sign_in/place.html", places=places, next_path=next_path, errors={})


@psc.post("/place")
@permission("identity.view")
def choose() -> Response:
    """Come for it."""
    next_path = local_path(request.form.get("next", ""), g.tenant.slug)
    typed = request.form.get("place", "")
    try:
        chosen = my_identities.choose_place(actor(), -1 if typed == "none" else number(typed, 3))
    except Invalid as error:
        places = my_identities.view_places(actor())
        return page(
            "tenants/sign_in/place.html", error.status, places=places, next_path=next_path, errors=dict(error.fields)
        )
    if chosen:
        flash("Votre lieu d’exercice est retenu.", "good")
    return redirect(next_path, 303)


ROUTES = (
    ("", "start", "POST", "identity.start", _start),
    ("", "again", "GET", "identity.start", _again),
    ("/attach", "attach", "POST", "identity.link", _attach),
    ("/callback", "callback", "GET", "identity.finish", _callback),
    ("/address", "address", "GET", "identity.finish", _address),
    ("/address", "prove", "POST", "identity.finish", _prove),
    ("/signed-out", "signed_out", "GET", "session.end", _signed_out),
)
for _door in (proconnect, psc):
    for _path, _name, _method, _action, _view in ROUTES:
        _door.add_url_rule(_path, _name, permission(_action)(partial(_view, _door.name)), methods=[_method])
