"""/metrics: for Prometheus on this machine, or with the token. For anybody else there is no such page."""

import hmac

from flask import Flask, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from werkzeug.wrappers import Response

from app.watching import sharing
from app.watching.installation import Installation
from kit.errors import NotFound
from kit.host import LOOPBACK, host_name
from kit.settings import settings
from kit.web import permission

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
_installation = Installation()


def install(app: Flask) -> None:
    """One address, outside every portal."""
    app.add_url_rule("/metrics", "metrics", metrics)


@permission("public.view")
def metrics() -> Response:
    """Every figure, in the text format of Prometheus. Raises NotFound."""
    if not (_has_token() or _is_neighbour()):
        raise NotFound()
    together = CollectorRegistry()
    together.register(_installation)
    content = generate_latest(sharing.registry()) + generate_latest(together)
    return Response(content, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _has_token() -> bool:
    token = settings().metrics_token
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    return bool(token) and scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode(), token.encode())


def _is_neighbour() -> bool:
    """Whether it comes from this machine without a proxy: what a proxy sends on says so. And under a name of the
    machine, which a page in a browser could not borrow."""
    came = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR") or request.remote_addr
    return (
        came in LOOPBACK
        and not any(name in request.headers for name in FORWARDED)
        and host_name(request.host) in LOOPBACK
    )
