"""The cookie of a signed-in browser."""

from flask import request
from werkzeug.wrappers import Response

from kit import clock
from kit.settings import settings
from tenants.service.session import SESSION_LIFETIME, Cookie

SESSION_COOKIE = "crrc_session"


def is_secure() -> bool:
    """Whether browsers reach us by https only: then cookies never travel without it."""
    return settings().base_url.startswith("https://")


def session_secret() -> str:
    """The session this browser presents, or ""."""
    return request.cookies.get(SESSION_COOKIE, "")


def remember(response: Response, cookie: Cookie) -> Response:
    """Hand the session to the browser, out of reach of scripts, until it ends."""
    response.set_cookie(
        SESSION_COOKIE,
        cookie.secret,
        max_age=min(SESSION_LIFETIME, cookie.expires_at - clock.now()),
        httponly=True,
        samesite="Lax",
        secure=is_secure(),
    )
    return response


def forget(response: Response) -> Response:
    """Take the session back from the browser."""
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax", secure=is_secure())
    return response
