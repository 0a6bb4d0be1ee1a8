"""Under which host something is found: the installation's, or a portal's own. Never what a request says of itself."""

from typing import Protocol
from urllib.parse import urlsplit

from kit.settings import settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Addressed(Protocol):
    """A portal: the first segment of its addresses, and the host of its own if it has one."""

    slug: str
    domain: str | None


def origin_of(portal: Addressed) -> str:
    """« https://cyber.example.fr », without a slash: the portal's own host, else the installation's.

    The scheme and the port are the installation's: the same server answers.
    """
    if not portal.domain:
        return settings().base_url
    ours = urlsplit(settings().base_url)
    port = f":{ours.port}" if ours.port else ""
    return f"{ours.scheme}://{portal.domain}{port}"


def address_of(portal: Addressed) -> str:
    """« https://crrc.example/bretagne », without a slash: what mails, documents and other systems are given."""
    return f"{origin_of(portal)}/{portal.slug}"


def our_hosts() -> frozenset[str]:
    """The names under which the installation answers for every portal; on a desk, every name of the machine itself."""
    host = (urlsplit(settings().base_url).hostname or "").lower()
    return LOOPBACK if host in LOOPBACK else frozenset({host})


def host_name(host: str) -> str:
    """The name in a Host header, without its port, in small letters: "[::1]:8000" gives "::1"."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
