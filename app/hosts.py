"""Under which names we answer: the installation's, and each portal's own. Any other Host is told 421, and nothing more.

Nothing that leaves here is made of a Host header: links in mails and documents come from kit.host.
"""

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response

from kit.errors import Misdirected
from kit.host import host_name, our_hosts
from tenants.service.portal import find_portal_of_host

# Probes ask by address, and are told nothing of any portal.
ANYWHERE = frozenset({"healthz", "readyz", "metrics"})


def install(app: Flask) -> None:
    """Before anything else is asked of a request."""
    app.before_request(_refuse_strangers)


def _refuse_strangers() -> Response | None:
    """Raise Misdirected for a host that is not ours, and on a portal's own host for what is another portal's."""
    if request.endpoint in ANYWHERE:
        return None
    # The header itself: what a framework makes of an impossible one is "", which is nobody's name either.
    name = host_name(request.host)
    if name in our_hosts():
        return None
    portal = find_portal_of_host(name) if name else None
    if portal is None:
        raise Misdirected()
    slug = g.get("slug")
    if slug is not None and slug != portal.slug:
        raise Misdirected()
    if request.endpoint == "home":
        return redirect(f"/{portal.slug}/", 302)
    return None
