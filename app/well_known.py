"""What machines look for at the root of a host: security.txt (RFC 9116) and robots.txt (RFC 9309)."""

from datetime import timedelta

from flask import Flask, request
from werkzeug.wrappers import Response

from kit import clock
from kit.actor import anonymous
from kit.errors import NotFound
from kit.host import host_name, origin_of
from kit.settings import settings
from kit.web import permission
from tenants.models import Tenant
from tenants.service.portal import find_portal_of_host, list_portals
from tenants.service.profile import public_profile

SECURITY = "/.well-known/security.txt"
# Less than the year that RFC 9116 §2.5.5 allows: said anew every day.
GOOD_FOR = timedelta(days=180)
ROBOTS = """\
User-agent: *
Disallow: /api/
Disallow: /*/sign-in
Disallow: /*/account
Disallow: /*/staff/
Disallow: /*/candidacies
Disallow: /*/receipts/
Disallow: /*/check
Allow: /
"""


def install(app: Flask) -> None:
    """Two texts, outside every portal."""
    app.add_url_rule(SECURITY, "security_txt", security_txt)
    app.add_url_rule("/security.txt", "security_txt", security_txt)
    app.add_url_rule("/robots.txt", "robots_txt", robots_txt)


@permission("public.view")
def security_txt() -> Response:
    """Whom to tell a fault of security of this host. Raises NotFound when nobody is named."""
    portal = find_portal_of_host(host_name(request.host))
    contacts = [_contact(portal)] if portal else _contacts()
    if not contacts:
        raise NotFound()
    expires = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + GOOD_FOR
    origin = origin_of(portal) if portal else settings().base_url
    lines = [
        *(f"Contact: {contact}" for contact in dict.fromkeys(contacts)),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {origin}{SECURITY}",
    ]
    return _text("\n".join(lines) + "\n")


@permission("public.view")
def robots_txt() -> Response:
    """Calls and the catalogue may be found; what is somebody's, or asks a lot of the server, is left alone."""
    return _text(ROBOTS)


def _contacts() -> list[str]:
    """Of the installation: its own contact, else every portal's."""
    ours = settings().security_contact
    return [_address(ours)] if ours else [_contact(portal) for portal in list_portals()]


def _contact(portal: Tenant) -> str:
    return _address(public_profile(anonymous(portal.id)).security_contact or portal.contact_email)


def _address(contact: str) -> str:
    return contact if contact.startswith(("https://", "mailto:", "tel:")) else f"mailto:{contact}"


def _text(words: str) -> Response:
    response = Response(words, mimetype="text/plain")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
