"""An invented market of a fair size, written straight into the tables: fifty services, five lots, nine holders."""

from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

from kit.db import uuid7
from kit.transaction import Tx
from services_catalog.models import (
    FrameworkAgreement,
    Lot,
    LotHolder,
    PriceLine,
    PriceRevision,
    PriceSchedule,
    Provider,
    Service,
)
from services_catalog.rules.states import FAMILIES
from tenants.models import Organisation

SERVICES = 50
LOTS = 5
STARTS, ENDS, TODAY = date(2025, 10, 1), date(2029, 9, 30), date(2026, 11, 22)
ADHERENTS = 3  # one facility in three
BRACKETS: dict[str, list[tuple[int | None, int | None]]] = {
    "none": [(None, None)],
    "establishments": [(1, 1), (2, 5), (6, 15), (16, None)],
    "workstations": [(1, 50), (51, 200), (201, 1000), (1001, 2500)],
    "places": [(1, 80), (81, 300), (301, 1200)],
    "budget": [(1, 2_000_000), (2_000_001, 15_000_000), (15_000_001, None)],
}


def make_market(tx: Tx) -> list[UUID]:
    """Write it; gives the services. Each lot sells ten of them, and all but the last have two holders or more."""
    services = [_service(tx, number) for number in range(SERVICES)]
    providers = [_provider(tx, number) for number in range(9)]
    agreement = FrameworkAgreement(
        id=uuid7(), reference="BANC", title="Marché d’essai", starts_on=STARTS, ends_on=ENDS, adherents_only=False
    )
    agreement.created_at = tx.now
    tx.add(agreement)
    tx.session.flush()
    for number in range(LOTS):
        held = providers[2 * number : 2 * number + 2]
        lot = Lot(id=uuid7(), agreement_id=agreement.id, number=number + 1, title=f"Lot {number + 1}")
        lot.assignment, lot.maximum_cents, lot.ordered_cents = ("ranked" if len(held) > 1 else "single"), 10**9, 0
        tx.add(lot)
        tx.session.flush()
        for rank, provider_id in enumerate(held, start=1):
            tx.add(LotHolder(lot_id=lot.id, provider_id=provider_id, rank=rank, ordered_cents=0))
            tx.session.flush()
            _schedule(tx, lot, provider_id, rank, services[10 * number : 10 * number + 10])
    return services


def _service(tx: Tx, number: int) -> UUID:
    service = Service(id=uuid7(), slug=f"service-{number}", family=FAMILIES[number % len(FAMILIES)], state="published")
    service.title = service.title_norm = f"service {number}"
    service.draft, service.revision, service.version = {}, 1, 1
    service.created_at = service.saved_at = tx.now
    return tx.add(service).id


def _provider(tx: Tx, number: int) -> UUID:
    name = f"Prestataire {number}"
    organisation = tx.add(Organisation(id=uuid7(), kind="provider", name=name, created_at=tx.now))
    tx.session.flush()
    provider = Provider(id=organisation.id, name=name, zones=[], skills=[], contacts=[], created_at=tx.now)
    provider.capacity_half_days = 40
    return tx.add(provider).id


def _schedule(tx: Tx, lot: Lot, provider_id: UUID, rank: int, services: list[UUID]) -> None:
    schedule = PriceSchedule(id=uuid7(), lot_id=lot.id, provider_id=provider_id, number=1, state="published")
    schedule.starts_on, schedule.ends_on = STARTS, ENDS
    schedule.file_name, schedule.sha256 = "banc.xlsx", "0" * 64
    schedule.imported_at = schedule.published_at = tx.now
    tx.add(schedule)
    tx.session.flush()
    tx.add(_revision(schedule, tx))
    position = 0
    for number, service_id in enumerate(services):
        measure = list(BRACKETS)[(number + rank - 1) % len(BRACKETS)]
        for (low, high), tariff in product(BRACKETS[measure], ("adherent", "other")):
            position += 1
            price = 50_000 + 731 * position + 20_011 * (tariff == "other")
            columns: dict[str, Any] = {"measure": measure, "size_from": low, "size_to": high, "tariff": tariff}
            columns |= {"code": f"L-{position}", "label": "Ligne", "unit": "package", "vat_permille": 200}
            line = PriceLine(id=uuid7(), schedule_id=schedule.id, position=position, service_id=service_id, **columns)
            line.unit_cents, line.starts_on, line.ends_on = price, STARTS, ENDS
            tx.add(line)


def _revision(schedule: PriceSchedule, tx: Tx) -> PriceRevision:
    revision = PriceRevision(schedule_id=schedule.id, starts_on=date(2026, 10, 1), index_value="317.18")
    revision.index_on, revision.coefficient_ppm, revision.decided_at = date(2026, 4, 1), 1_018_000, tx.now
    return revision
