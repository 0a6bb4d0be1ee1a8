"""The fake portals of tests, and the accounts of a tenant that lead to them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from billing.gateway.channel import Parcel
from billing.gateway.chorus import ChorusPro
from billing.gateway.piste import Piste, forget_token
from billing.gateway.platform import Platform
from tests.peers.chorus.portal import Portal
from tests.peers.chorus.server import Accredited, chorus_app, platform_app, serving

CONTENT = b"%PDF-1.7 facture"


@dataclass
class Chorus:
    """The fake Chorus Pro, running, and its address."""

    portal: Portal
    url: str

    def channel(self, **words: object) -> ChorusPro:
        """Our client of it, with the right account unless told otherwise."""
        account = {
            "oauth_url": f"{self.url}/api/oauth/token",
            "api_url": self.url,
            "client_id": self.portal.client_id,
            "client_secret": self.portal.client_secret,
            "login": self.portal.login,
            "password": self.portal.password,
        }
        return ChorusPro(Piste(**(account | words)))  # type: ignore[arg-type]


@contextmanager
def a_chorus() -> Iterator[Chorus]:
    """Chorus Pro, that takes everything until told otherwise."""
    forget_token()
    portal = Portal()
    with serving(chorus_app(portal)) as url:
        yield Chorus(portal, url)


@contextmanager
def a_platform() -> Iterator[tuple[Accredited, Platform]]:
    """An accredited platform and our client of it."""
    platform = Accredited()
    with serving(platform_app(platform)) as url:
        yield platform, Platform(url, platform.token)


def parcel(number: str = "F2026-000001", content: bytes = CONTENT, tracking: str = "suivi-1") -> Parcel:
    """An invoice to deposit."""
    digest = hashlib.sha256(content).hexdigest()
    return Parcel(number, "13000796600018", f"{number}.pdf", content, digest, tracking)
