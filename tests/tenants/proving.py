"""What tests of second factors share: somebody with an application, with a key, with codes; and their session."""

from dataclasses import dataclass, replace
from datetime import datetime

import pyotp

from kit import clock
from kit.actor import Actor, anonymous, operator
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.rules.factor import Answer
from tenants.rules.site import Site
from tenants.service import new_factor
from tenants.service.own_factors import list_factors
from tenants.service.session import find_signed_in
from tenants.service.sign_in import make_sign_in_link, use_sign_in_link
from tests.tenants.authenticator import Authenticator

SITE = Site("localhost", "http://localhost:8000")


@dataclass
class Somebody:
    """A person in one browser: the cookie's secret changes, `actor` is who they are with it now."""

    tenant: Tenant
    email: str
    secret: str
    totp: str = ""
    codes: tuple[str, ...] = ()
    key: Authenticator | None = None

    @property
    def actor(self) -> Actor:
        """As the portal sees them now."""
        found = find_signed_in(self.tenant.id, self.secret, None, "192.0.2.7")
        assert found is not None
        return found

    def code(self, at: datetime | None = None) -> Answer:
        """What the application shows now."""
        return Answer("totp", pyotp.TOTP(self.totp).at(at or clock.now()))

    def add_totp(self) -> "Somebody":
        """Add an application."""
        offer = new_factor.offer_totp(self.actor)
        self.totp = offer.secret
        before = pyotp.TOTP(offer.secret).at(clock.now(), counter_offset=-1)  # the code of now stays to be used
        added = new_factor.add_totp(self.actor, self.secret, offer.sealed, before)
        self.secret, self.codes = added.cookie.secret, tuple(added.codes) or self.codes
        return self

    def add_key(self, site: Site = SITE, name: str = "Clé bleue") -> "Somebody":
        """Add a passkey."""
        self.key = Authenticator(site.origin)
        made = self.key.make(new_factor.ask_new_passkey(self.actor, site))
        added = new_factor.add_passkey(self.actor, self.secret, name, made, site)
        self.secret, self.codes = added.cookie.secret, tuple(added.codes) or self.codes
        return self

    def come_again(self) -> "Somebody":
        """The same person in another browser, by a link."""
        return replace(self, secret=sign_in(self.tenant, self.email).secret)


def sign_in(tenant: Tenant, email: str) -> Somebody:
    """By a link of the help desk."""
    link = make_sign_in_link(operator("tests", tenant.id), email, f"/{tenant.slug}/")
    return Somebody(tenant, email, use_sign_in_link(anonymous(tenant.id, ip="192.0.2.7"), link)[0].secret)


def want_factor(tenant: Tenant, *roles: str) -> None:
    """The portal's policy."""
    with transaction(operator("tests", tenant.id)) as tx:
        tx.session.get_one(Tenant, tenant.id).second_factor_roles = list(roles)


def proofs(tenant: Tenant) -> dict[str, str]:
    """A session and a key, of somebody of their own: whoever has a key is asked for it. By URL argument."""
    somebody = sign_in(tenant, f"cle@{tenant.slug}.fr").add_key()
    keys = list_factors(somebody.actor).passkeys
    return {"session_id": str(somebody.actor.session_id), "passkey_id": str(keys[0].id)}
