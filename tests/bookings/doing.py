"""Missions on their way, moved by the commands that people use."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bookings.models import Acceptance, Deliverable, Mission
from bookings.queries import mission as missions
from bookings.rules.delivery import digest
from bookings.service.acceptance import accept_mission, delivered
from bookings.service.deliverable import Upload, add_deliverable
from bookings.service.delivery import deliver_mission
from kit import clock
from kit.actor import Actor, system
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings import sent
from tests.bookings.planning import a_mission
from tests.campaigns.files import a_person
from tests.services_catalog.market import Facility, Market, a_facility, a_market

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """A mission and everybody around it."""

    tenant: Tenant
    market: Market
    facility: Facility
    grades: Actor
    mission: Mission

    @property
    def buyer(self) -> Actor:
        """Who orders and accepts."""
        return self.facility.owner

    @property
    def doer(self) -> Actor:
        """Who does the work."""
        return self.market.supplier.owner

    def now(self) -> Mission:
        """The mission as it stands."""
        with transaction(system(self.tenant.id, "tests")) as tx:
            return missions.get_mission(tx.session, tx.tenant_id, self.mission.id)

    def seen(self) -> str:
        """The digest of what is delivered, as a page shows it."""
        with transaction(system(self.tenant.id, "tests")) as tx:
            return digest(*delivered(tx, missions.get_mission(tx.session, tx.tenant_id, self.mission.id)))


def a_scene(tenant: Tenant, market: Market | None = None, **columns: Any) -> Scene:
    """A planned mission that begins in ten days."""
    market, facility = market or a_market(tenant), a_facility(tenant)
    planned = {
        "state": "planned",
        "consultant_id": market.supplier.consultant.id,
        "starts_at": NOW + timedelta(days=10),
        "ends_at": NOW + timedelta(days=10, hours=8),
    }
    mission = a_mission(tenant, market, facility, **(planned | columns))
    return Scene(tenant, market, facility, a_person(tenant, "grades_manager", name="Soizic Le Goff"), mission)


def add_file(scene: Scene, name: str = "Retour d’expérience.pdf", content: bytes = b"", **words: Any) -> Deliverable:
    """The provider sends a file."""
    upload = Upload(name, io.BytesIO(content or sent.a_pdf()), **words)
    return add_deliverable(scene.doer, scene.mission.id, upload)


def deliver(scene: Scene, at: datetime = NOW) -> Mission:
    """The provider sends a report and says that the work is done."""
    with clock.frozen(at):
        add_file(scene)
        return deliver_mission(scene.doer, scene.mission.id)


def accept(scene: Scene, at: datetime = NOW, by: Actor | None = None) -> Acceptance:
    """The facility accepts what it read."""
    with clock.frozen(at):
        return accept_mission(by or scene.buyer, scene.mission.id, "Marie Le Goff", "Directrice", scene.seen())
