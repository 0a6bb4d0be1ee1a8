"""What every answer tells the browser: what it may load, who may frame it, what may be kept."""

import secrets

from flask import Flask, g, request
from werkzeug.wrappers import Response

from kit.download import SANDBOX
from kit.web import browser, browser_cookie, is_secure

HALF_A_YEAR = 180 * 24 * 3600
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A style, a script, a font run in the page that asked for them, by that page's policy: they say the least there is.
OF_A_FILE = {name: FIXED[name] for name in ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")} | {
    "Content-Security-Policy": SANDBOX
}
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'{targets}; frame-ancestors 'none'"
)


def install(app: Flask) -> None:
    """After every request."""
    app.after_request(_protect)
    app.after_request(_say_what_may_be_kept)
    app.after_request(_name_browser)


def csp_nonce() -> str:
    """The word of this answer that lets our own scripts run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def _protect(response: Response) -> Response:
    is_file = request.endpoint == "static" and response.status_code < 400
    for name, value in (OF_A_FILE if is_file else FIXED).items():
        response.headers.setdefault(name, value)
    targets = "".join(f" {origin}" for origin in dict.fromkeys(g.get("form_targets", ())))
    # A file that is taken away is no page: whatever a browser makes of it, it runs nothing.
    taken = response.headers.get("Content-Disposition", "").startswith("attachment")
    policy = SANDBOX if taken else POLICY.format(nonce=csp_nonce(), targets=targets)
    response.headers.setdefault("Content-Security-Policy", policy)
    if is_secure():
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if g.get("request_id"):
        response.headers["X-Request-Id"] = g.request_id
    return response


def _say_what_may_be_kept(response: Response) -> Response:
    """Built files for ever, other files an hour, pages of somebody signed in never, other pages to be asked again."""
    if request.endpoint == "static":
        built = request.path.startswith("/static/build/")
        fresh = "public, max-age=31536000, immutable" if built else "public, max-age=3600"
        response.headers["Cache-Control"] = fresh if response.status_code < 400 else "no-store"
        return response
    if "Cache-Control" not in response.headers:
        known = g.get("actor") is not None and g.actor.is_known
        again = "private, no-cache" if "ETag" in response.headers or not known else "no-store"
        response.headers["Cache-Control"] = again
    response.vary.update(["Cookie", "Authorization"])
    return response


def _name_browser(response: Response) -> Response:
    """A browser that was shown a form gets the name its forms are sealed with."""
    if g.get("browser_is_new"):
        response.set_cookie(
            browser_cookie(), browser(), max_age=HALF_A_YEAR, httponly=True, samesite="Lax", secure=is_secure()
        )
    return response
