"""The cookie of a signed-in browser."""

from flask import g, request
from werkzeug.wrappers import Response

from kit import clock
from kit.web import cookie_name, is_secure
from tenants.service.session import SESSION_LIFETIME, Cookie


def session_cookie() -> str:
    """Its name."""
    return cookie_name("crrc_session")


def session_secret() -> str:
    """The session this browser presents, or ""; the new one once it has changed during the request."""
    secret: str = g.get("session_secret") or request.cookies.get(session_cookie(), "")
    return secret


def renew(cookie: Cookie) -> None:
    """The session has another secret from now on: whatever is answered hands it to the browser (app/auth.py)."""
    g.session_secret, g.session_renewed = cookie.secret, cookie


def remember(response: Response, cookie: Cookie) -> Response:
    """Hand the session to the browser, out of reach of scripts, until it ends."""
    g.pop("session_renewed", None)
    response.set_cookie(
        session_cookie(),
        cookie.secret,
        max_age=min(SESSION_LIFETIME, cookie.expires_at - clock.now()),
        httponly=True,
        samesite="Lax",
        secure=is_secure(),
    )
    return response


def forget(response: Response) -> Response:
    """Take the session back from the browser."""
    g.pop("session_renewed", None)
    response.delete_cookie(session_cookie(), httponly=True, samesite="Lax", secure=is_secure())
    return response


def forget_all(response: Response) -> Response:
    """The same, with what pages kept in the browser (assets/autosave.js does so where this header is not known)."""
    response.headers["Clear-Site-Data"] = '"storage"'
    return forget(response)
