"""Which of our addresses a browser is at: passkeys belong to a host (WebAuthn's RP ID). Pure."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

LOCAL = "localhost"


@dataclass(frozen=True, slots=True)
class Site:
    """A host of ours and the origin of its pages."""

    host: str
    origin: str


def site_at(asked_host: str, base_url: str, domain: str | None) -> Site | None:
    """The site of a request among those that are ours: the portal's own domain, else the installation's.

    `asked_host` (a name without port, kit.host.host_name) only chooses between them; it is never believed. None where
    passkeys do not exist: an address that is a number. An installation on a desk is also called localhost.
    """
    base = urlsplit(base_url)
    name = base.hostname or ""
    if domain is not None and asked_host == domain:
        name = domain
    elif _is_number(name):
        if not ip_address(name).is_loopback or asked_host != LOCAL:
            return None
        name = LOCAL
    return Site(name, f"{base.scheme}://{name}{f':{base.port}' if base.port else ''}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
