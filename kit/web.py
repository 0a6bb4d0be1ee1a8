"""What every page needs: the actor of the request, its permission, the CSRF seal, and rendering."""

import hmac
import secrets
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import g, render_template, request
from werkzeug.wrappers import Response

from kit import signing
from kit.actor import Actor
from kit.errors import Forbidden
from kit.settings import settings
from kit.typed import number

View = TypeVar("View", bound=Callable[..., Any])
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def permission(action: str) -> Callable[[View], View]:
    """Name the permission of a view. The command asks it; the house refuses a route without one."""

    def mark(view: View) -> View:
        view.permission = action  # type: ignore[attr-defined]
        return view

    return mark


def signed(view: View) -> View:
    """A view whose requests carry a signature of their body: no cookie has power there, so no seal is wanted."""
    view.signed = True  # type: ignore[attr-defined]
    return view


def own_proof(view: View) -> View:
    """A view of the API that reads the Authorization header itself: what is there is no bearer token."""
    view.own_proof = True  # type: ignore[attr-defined]
    return view


def let_form_go(origin: str) -> None:
    """Let a form of this page lead, by the redirection of its answer, to another site (`https://pay.example`)."""
    g.form_targets = (*g.get("form_targets", ()), origin)


def actor() -> Actor:
    """Whoever made this request; app.auth worked it out."""
    return cast(Actor, g.actor)


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page."""
    return Response(render_template(template, **context), status=status, mimetype="text/html")


def if_match(description: str) -> dict[str, Any]:
    """The If-Match header, as the API's description (OpenAPI) shows it."""
    return {"in": "header", "name": "If-Match", "schema": {"type": "string"}, "description": description}


def revision_read(tags: set[str]) -> int:
    """The revision that an If-Match header names (`"7"`); 0, which nothing has, when it is none of ours."""
    tag = tags.pop() if len(tags) == 1 else ""
    return number(tag) or 0


def revision_sent() -> int:
    """The revision that a form was made from; 0, which nothing has, when it says none."""
    return number(request.form.get("revision", "")) or 0


def is_secure() -> bool:
    """Whether browsers reach us by https only: then cookies never travel without it."""
    return settings().base_url.startswith("https://")


def cookie_name(name: str) -> str:
    """By https, `__Host-<name>`: browsers take it from this very host alone, with Secure and the whole path."""
    return f"__Host-{name}" if is_secure() else name


def browser_cookie() -> str:
    """The cookie that names the browser."""
    return cookie_name("crrc_browser")


def browser() -> str:
    """This browser's random name: seals its forms, before anybody signs in too."""
    if "browser" not in g:
        known = request.cookies.get(browser_cookie(), "")
        g.browser_is_new = len(known) != 43
        g.browser = secrets.token_urlsafe(32) if g.browser_is_new else known
    return cast(str, g.browser)


def csrf_token() -> str:
    """The seal of this browser's forms, under a mask of this answer's own: the length of a compressed page would
    otherwise tell it little by little (BREACH)."""
    if "csrf_token" not in g:
        mask = secrets.token_bytes(32)
        g.csrf_token = mask.hex() + _masked(_seal(), mask).hex()
    return cast(str, g.csrf_token)


def check_csrf() -> None:
    """Raise Forbidden when a form was not sent by a page of ours. (A bearer token is no cookie: nothing to abuse.)"""
    if request.method not in UNSAFE:
        return
    sent = _unmasked(request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", ""))
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    if not hmac.compare_digest(sent, _seal()) or not ours:
        raise Forbidden(
            "Cette page était ouverte depuis trop longtemps, ou le formulaire ne vient pas de ce portail. "
            "Rien n’a été modifié : revenez en arrière, rechargez la page et recommencez."
        )


def _seal() -> bytes:
    return bytes.fromhex(signing.seal(f"csrf:{browser()}"))


def _masked(seal: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(seal, mask, strict=True))


def _unmasked(sent: str) -> bytes:
    """The seal in what a form sent: a mask and the masked seal; or the seal bare, of a page that a version before
    had made. b"" for anything else."""
    try:
        said = bytes.fromhex(sent)
    except ValueError:
        return b""
    return _masked(said[32:], said[:32]) if len(said) == 64 else said
