"""From a request to its actor: the portal by the first segment of the address, a person by cookie, a program by token.

Pages know cookies only and the API knows bearer tokens only: nothing a browser adds by itself has power over the API.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, g, redirect, request
from werkzeug.wrappers import Response

from app.arrival import REQUEST_ID
from app.limits import count_guess
from app.rooms import permissions
from kit.actor import Actor, anonymous
from kit.errors import Forbidden, NotFound, Suspended, Unauthenticated, Unconfirmed
from kit.permissions import allows, wants_confirmation
from kit.web import UNSAFE, check_csrf
from tenants.service.portal import find_portal
from tenants.service.session import find_bearer, find_signed_in
from tenants.web.confirm import ask_confirmation, ask_second_factor, carries_proof, prove_sent
from tenants.web.cookie import remember, session_secret

API = "/api/"
OUTSIDE = frozenset({"static", "healthz", "readyz", "metrics"})
# What somebody held back still reaches: public pages and looks, the ways in and out, and what proves who they are.
LET_THROUGH = frozenset(
    {"public.view", "tenant.view", "session.end", "second_factor.prove", "second_factor.add", "passkey.sign_in"}
    | {"sign_in_link.ask", "sign_in_link.use", "identity.start", "identity.finish"}
)
LOOKS = frozenset({"brand.css", "brand.logo"})
_FIRST_SEGMENT = re.compile(r"/(?:api/v1/)?([a-z][a-z0-9-]+)(?:/|$)")


def install(app: Flask) -> None:
    """Before every request: portal, actor, CSRF seal, permission of the view, proof of who the person is. After: a
    session that was proved has another cookie. Addresses keep their portal."""
    app.url_value_preprocessor(_take_tenant)
    app.url_defaults(_give_tenant)
    app.before_request(_identify)
    app.before_request(_refuse_forged)
    app.before_request(_refuse_visitors)
    app.before_request(_want_proof)
    app.before_request(_refuse_hopeless)
    app.after_request(_hand_over)


def is_api() -> bool:
    """Whether a program asks, and wants problem+json."""
    return request.path.startswith(API)


def is_script() -> bool:
    """Whether a script of our pages asks, and reads JSON (assets/autosave.js). Browsers themselves prefer a page."""
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def is_signed(endpoint: str) -> bool:
    """Whether the requests of a view are signed themselves, by another system (kit.web.signed)."""
    return getattr(current_app.view_functions[endpoint], "signed", False) is True


def _proves_itself(endpoint: str | None) -> bool:
    """Whether a view of the API reads the Authorization header itself (kit.web.own_proof)."""
    return endpoint is not None and getattr(current_app.view_functions[endpoint], "own_proof", False) is True


def view_permission(app: Flask, endpoint: str, method: str) -> str | None:
    """The action a view names with @permission; None when it names none (the house refuses such a route)."""
    view: Any = app.view_functions[endpoint]
    by_method = getattr(getattr(view, "view_class", None), method.lower(), None)
    named: str | None = getattr(by_method or view, "permission", None)
    return named


def ask_to_sign_in() -> Response:
    """Send a visitor to the sign-in page, to come back where they were going."""
    going = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else f"/{g.tenant.slug}/"
    address = f"/{g.tenant.slug}/sign-in?next={quote(going, safe='/')}"
    if request.headers.get("HX-Request") == "true":
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _take_tenant(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Views never see the tenant's slug: `g.tenant` is the portal."""
    g.slug = values.pop("tenant", None) if values else None


def _give_tenant(endpoint: str, values: dict[str, Any]) -> None:
    """`url_for` stays in the portal."""
    tenant = g.get("tenant")
    if tenant is not None and "tenant" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "tenant"):
        values["tenant"] = tenant.slug


def _identify() -> None:
    g.request_id = request.environ.get(REQUEST_ID)
    g.tenant = None
    g.actor = anonymous(None, g.request_id, request.remote_addr)
    if request.endpoint in OUTSIDE:
        return
    found = _FIRST_SEGMENT.match(request.path)
    slug = g.slug or (found[1] if found else None)
    g.tenant = find_portal(slug) if slug else None
    if g.tenant is None:
        if g.slug:
            raise NotFound()
        return
    g.actor = anonymous(g.tenant.id, g.request_id, request.remote_addr)
    _refuse_suspended()
    if request.endpoint in LOOKS:
        return  # the same for everybody: nobody is looked up
    _hear_out()
    if is_api():
        g.actor = g.actor if _proves_itself(request.endpoint) else _bearer()
    else:
        g.actor = _signed_in()


def _hear_out() -> None:
    """What is sent is here, whole, before it is known who sends it: whoever loses their role, their session or their
    token while a slow body comes is nobody once it has come. A stranger's is not read for that."""
    if request.method in UNSAFE and (session_secret() or "Authorization" in request.headers):
        request.get_data(parse_form_data=True)


def _refuse_suspended() -> None:
    """Nobody enters a portal that is closed; what other systems tell it is kept, and its page keeps its looks."""
    seen = request.endpoint in LOOKS or (request.endpoint is not None and is_signed(request.endpoint))
    if g.tenant.suspended_at is not None and not seen:
        raise Suspended(g.tenant.suspension or "Ce portail est suspendu.")


def _signed_in() -> Actor:
    secret = session_secret()
    return (find_signed_in(g.tenant.id, secret, g.request_id, request.remote_addr) if secret else None) or g.actor


def _bearer() -> Actor:
    header = request.headers.get("Authorization")
    if header is None:
        actor: Actor = g.actor
        return actor
    scheme, _, secret = header.partition(" ")
    known = scheme.lower() == "bearer"
    found = find_bearer(g.tenant.id, secret.strip(), g.request_id, request.remote_addr) if known else None
    if found is None:
        count_guess()
        raise Unauthenticated("Ce jeton n’est pas valable\N{NO-BREAK SPACE}: il est inconnu, révoqué ou expiré.")
    return found


def _refuse_forged() -> None:
    if request.endpoint is not None and not is_api() and not is_signed(request.endpoint):
        check_csrf()


def _refuse_visitors() -> None:
    """Ask a visitor to sign in before the view does any work that only somebody signed in could finish."""
    if not g.actor.is_known and not _may():
        raise Unauthenticated()


def _refuse_hopeless() -> None:
    """Ask the table before the view, for everybody: what no thing could allow is refused without reading the body.

    A view that forgot to ask answers nobody whom its permission refuses.
    """
    if not _may():
        raise Forbidden("Votre compte ne permet pas cette action.")


def _may() -> bool:
    """Whether the permission of the view may allow whoever asks; what has no view has none either."""
    if request.endpoint is None:
        return True
    action = view_permission(current_app._get_current_object(), request.endpoint, request.method)  # type: ignore[attr-defined]
    return action is None or allows(permissions(), g.actor, action)


def _want_proof() -> Response | None:
    """Before the view does anything: the proof that a form carries is looked at, and asked for where one is missing.

    Whoever is held back proves who they are first, wherever they go; whoever proved it too long ago, where the
    permission of the view wants a fresh proof.
    """
    if request.endpoint is None or g.actor.kind != "person" or is_api():
        return None
    answered = prove_sent() if carries_proof() else None
    if answered is not None:
        return answered
    action = view_permission(current_app._get_current_object(), request.endpoint, request.method)  # type: ignore[attr-defined]
    if g.actor.held_back and action not in LET_THROUGH:
        return _asked(ask_second_factor)
    if action is not None and g.actor.stale and wants_confirmation(permissions(), action):
        return _asked(ask_confirmation) if allows(permissions(), g.actor, action) else None
    return None


def _asked(ask: Callable[[], Response]) -> Response:
    """A page asks; a script of ours is told, and its page will ask."""
    if is_script():
        raise Unconfirmed("Prouvez d’abord que c’est vous\N{NO-BREAK SPACE}: rechargez la page.")
    return ask()


def _hand_over(response: Response) -> Response:
    """The browser gets the secret of the session that was proved during this request."""
    cookie = g.get("session_renewed")
    return remember(response, cookie) if cookie is not None else response
