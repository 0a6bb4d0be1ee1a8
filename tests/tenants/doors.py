"""A portal with a forging provider, and a browser at the portal's own address."""

from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from kit import signing
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.settings import settings
from kit.transaction import transaction
from kit.vault import lock_away
from kit.web import browser_cookie
from tenants.gateway.oidc import forget_providers
from tenants.models import IdentityProvider, Tenant
from tenants.rules.identity import PSC_LEVELS
from tenants.service.sign_in import SentLink, sent_link
from tenants.web.cookie import session_cookie
from tests.browser import Browser
from tests.peers.oidc.forger import CLIENT, SECRET, Forger

HOST = "127.0.0.1"


class Visitor(Browser):
    """A browser that asks for the portal by the address that mails give."""

    def __init__(self, app: Flask, tenant: Tenant, name: str) -> None:
        super().__init__(app, tenant)
        self.name = name
        self.client.set_cookie(browser_cookie(), name, domain=HOST)

    def get(self, path: str = "/", **options: Any) -> TestResponse:
        return super().get(path, base_url=settings().base_url, **options)

    def post(self, path: str, data: dict[str, str] | None = None, **options: Any) -> TestResponse:
        sealed = {"csrf_token": signing.seal(f"csrf:{self.name}"), **(data or {})}
        return super().post(path, sealed, base_url=settings().base_url, **options)

    def go(self, kind: str, next_path: str = "") -> str:
        """Press the provider's button; where the browser is sent."""
        answer = self.post(f"/sign-in/{kind}", {"next": next_path})
        assert answer.status_code == 200, answer.status_code
        return answer.headers["Refresh"].removeprefix("0; url=")

    def come_back(self, kind: str, answer: dict[str, str]) -> TestResponse:
        return self.get(f"/sign-in/{kind}/callback", query_string=answer)

    @property
    def session(self) -> str | None:
        cookie = self.client.get_cookie(session_cookie(), domain=HOST)
        return cookie.value if cookie else None


def register(tenant: Tenant, forger: Forger, acr_values: list[str] | None = None, enabled: bool = True) -> None:
    """The portal is a client of the forger."""
    forget_providers()
    wanted = acr_values if acr_values is not None else [PSC_LEVELS[0]] if forger.kind == "psc" else []
    with transaction(system(tenant.id, "tests")) as tx:
        row = IdentityProvider(
            kind=forger.kind,
            discovery_url=forger.discovery_url,
            client_id=CLIENT,
            client_secret=lock_away(SECRET),
            acr_values=wanted,
            enabled=enabled,
            updated_at=tx.now,
        )
        tx.add(row)


def last_mail(tenant: Tenant) -> SentLink:
    """What the last sign-in mail of the portal says."""
    with transaction(system(tenant.id, "tests")) as tx:
        asked = select(OutboxMessage).where(OutboxMessage.topic == "sign_in_link.ask")
        event = tx.session.scalars(asked.order_by(OutboxMessage.id.desc())).first()
        assert event is not None
        link = sent_link(tx, event.subject_id)
        assert link is not None
        return link
