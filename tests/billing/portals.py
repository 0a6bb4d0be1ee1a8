"""The fake portals of tests, and the accounts of a tenant that lead to them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import select

from billing.gateway.channel import Parcel
from billing.gateway.chorus import ChorusPro
from billing.gateway.piste import Piste, forget_token
from billing.gateway.platform import Platform
from billing.models import Customer, Invoice, InvoiceDocument, Transmission, TransmissionEvent
from billing.service.channel import set_channel
from billing.service.document import place
from billing.service.transmission import route_invoice
from billing.service.transmitting import transmit_next
from kit import clock
from kit.actor import operator, system
from kit.storage import storage
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import an_invoice
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


def open_chorus(tenant: Tenant, chorus: Chorus, expires_on: date | None = None, is_open: bool = True) -> None:
    """The tenant's account at the fake Chorus Pro."""
    typed = {
        "oauth_url": f"{chorus.url}/api/oauth/token",
        "api_url": chorus.url,
        "client_id": chorus.portal.client_id,
        "client_secret": chorus.portal.client_secret,
        "login": chorus.portal.login,
        "password": chorus.portal.password,
    }
    until = expires_on or clock.now().date() + timedelta(days=200)
    set_channel(operator("tests", tenant.id), "chorus_pro", typed, until, is_open)


def open_platform(tenant: Tenant, channel: Platform) -> None:
    """The tenant's account at the fake platform."""
    set_channel(operator("tests", tenant.id), "platform", {"url": channel.url, "token": channel.token}, None, True)


def a_made_invoice(tenant: Tenant, customer: Customer, **columns: Any) -> Invoice:
    """An issued invoice whose document is kept."""
    invoice = an_invoice(tenant, customer, **columns)
    with TemporaryDirectory() as folder, transaction(system(tenant.id, "tests")) as tx:
        content = CONTENT + str(invoice.number).encode()
        digest = hashlib.sha256(content).hexdigest()
        source = Path(folder) / "x.pdf"
        source.write_bytes(content)
        storage().keep(place(tenant.id, digest, "pdf"), source)
        row = tx.session.get_one(InvoiceDocument, (tenant.id, invoice.id))
        row.made_at, row.sha256, row.xml_sha256, row.size = tx.now, digest, "0" * 64, len(content)
    return invoice


def routed(tenant: Tenant, customer: Customer, **columns: Any) -> Transmission:
    """The transmission of a new invoice of the customer."""
    invoice = a_made_invoice(tenant, customer, **columns)
    with transaction(system(tenant.id, "tests")) as tx:
        row = route_invoice(tx, invoice.id)
    assert row is not None
    return row


def transmit(tenant: Tenant, after: timedelta = timedelta()) -> int:
    """Do what is due, as a worker would, so long from now; returns how much there was."""
    done, without = 0, set[str]()
    with clock.frozen(clock.now() + after):
        while transmit_next(tenant.id, without):
            done += 1
    return done


def now_of(tenant: Tenant, row: Transmission) -> Transmission:
    """The transmission as it is now."""
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.get_one(Transmission, (tenant.id, row.id))


def said_of(tenant: Tenant, row_id: UUID) -> list[str]:
    """The statuses of a transmission, in the order they were said."""
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(TransmissionEvent.status).where(TransmissionEvent.transmission_id == row_id)
        return list(tx.session.scalars(query.order_by(TransmissionEvent.said_at, TransmissionEvent.id)))
