"""The address of another system, as somebody typed it: https, a plain name, nothing hidden in it. Pure."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

LONGEST = 200
NONE = "Indiquez l’adresse du service."
UNREADABLE = "Cette adresse n’est pas lisible. Elle commence par https://."
UNSAFE = "L’adresse doit commencer par https://\N{NO-BREAK SPACE}: les mots de passe n’y passent qu’ainsi."
PLAIN = "L’adresse ne doit contenir ni identifiant, ni point d’interrogation, ni dièse."
PLAINER = "L’adresse ne doit contenir ni identifiant, ni dièse."
NEAR = ("localhost", "127.0.0.1", "::1")
# All that is given out of IPv6; elsewhere, and in 6to4, an address of IPv4 may be wrapped: one of ours too.
GIVEN_OUT, WRAPPED = IPv6Network("2000::/3"), IPv6Network("2002::/16")
# Kept by IANA for protocols; ipaddress knows parts of it only, and clouds answer there (192.0.0.192).
PROTOCOLS = IPv4Network("192.0.0.0/24")


def address_fault(typed: str, *, longest: int = LONGEST, may_ask: bool = False) -> str:
    """What is wrong with an address, "" when nothing is. Plain http is for this very machine alone (a trial).

    `longest` is in characters; `may_ask` lets it carry a question (`?…`).
    """
    if not typed:
        return NONE
    if len(typed) > longest or not typed.isascii() or not typed.isprintable() or " " in typed or "\\" in typed:
        return UNREADABLE
    try:
        parts = urlsplit(typed)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return UNREADABLE
    if parts.scheme not in ("http", "https") or not host:
        return UNREADABLE
    if parts.username is not None or parts.password is not None or parts.fragment:
        return PLAINER if may_ask else PLAIN
    if parts.query and not may_ask:
        return PLAIN
    return UNSAFE if parts.scheme == "http" and not is_near(host) else ""


def is_near(host: str) -> bool:
    """Whether a host is this machine, by its name."""
    return host in NEAR


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open network: another system is never inside ours."""
    found = ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    if isinstance(found, IPv6Address) and (found not in GIVEN_OUT or found in WRAPPED):
        return False
    return found.is_global and not found.is_multicast and found not in PROTOCOLS
