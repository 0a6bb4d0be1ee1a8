"""Half-days for tests: a mission of time written straight into its table, and what accounts hold."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from bookings.models import Mission, TimeAccount, TimeMovement, TimePacket
from bookings.service import time_ledger
from bookings.service.time_overview import verify_time
from finess.models import LegalEntity
from kit.actor import Actor, system
from kit.db import uuid7
from kit.reference import new_reference
from kit.transaction import transaction
from services_catalog.models import ServiceVersion
from tenants.models import Tenant
from tests.campaigns.files import a_person
from tests.services_catalog.market import Facility, Supplier

TODAY = date(2026, 11, 22)


def a_mission_of_time(
    tenant: Tenant, facility: Facility, version: ServiceVersion, supplier: Supplier | None = None, **columns: Any
) -> Mission:
    """A mission of time, planned with the supplier's consultant; without a supplier, not assigned yet."""
    with transaction(system(tenant.id, "tests")) as tx:
        values: dict[str, Any] = {"state": "planned" if supplier else "created", "half_days": 4}
        if supplier:
            values |= {
                "provider_id": supplier.provider.id,
                "consultant_id": supplier.consultant.id,
                "assigned_at": tx.now - timedelta(days=30),
                "starts_at": tx.now - timedelta(days=20),
            }
        return tx.add(
            Mission(
                id=uuid7(),
                number=new_reference("MI", 2026),
                organisation_id=facility.organisation.id,
                service_version_id=version.id,
                title="RSSI à temps partagé",
                mode="time",
                created_at=tx.now - timedelta(days=30),
                **(values | columns),
            )
        )


def half_days_of(
    tenant: Tenant,
    facility: Facility,
    half_days: int,
    expires_on: date = date(2027, 11, 21),
    finess_et: str | None = None,
    source: str = "award",
    starts_on: date = TODAY,
) -> TimePacket:
    """Half-days given to a facility."""
    with transaction(system(tenant.id, "tests")) as tx:
        return time_ledger.credit(
            tx, facility.organisation.id, finess_et, half_days, source, None, starts_on, expires_on
        )


def grades(tenant: Tenant) -> Actor:
    """Somebody of the GRADeS."""
    return a_person(tenant, "grades_manager")


def siblings(tenant: Tenant, *facilities: Facility, siren: str = "775672272") -> None:
    """Make the facilities those of one gestionnaire: the register gives them one SIREN."""
    with transaction(system(tenant.id, "tests")) as tx:
        numbers = [one.finess_ej for one in facilities]
        tx.session.execute(update(LegalEntity).where(LegalEntity.finess_ej.in_(numbers)).values(siren=siren))


def books_are_true(tenant: Tenant) -> bool:
    """What `crrc time verify` says."""
    return verify_time(system(tenant.id, "tests")).is_true


def last_movement(tenant: Tenant, kind: str) -> TimeMovement:
    """The last movement of a kind."""
    query = select(TimeMovement).where(TimeMovement.kind == kind).order_by(TimeMovement.id.desc()).limit(1)
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalars(query).one()


def balances(tenant: Tenant, packet_id: UUID | None = None) -> dict[str, int]:
    """What the accounts of the tenant hold, by kind; of one packet on request."""
    query = select(TimeAccount.kind, func.sum(TimeAccount.balance)).group_by(TimeAccount.kind)
    if packet_id is not None:
        query = query.where(TimeAccount.packet_id == packet_id)
    with transaction(system(tenant.id, "tests")) as tx:
        return {kind: int(number) for kind, number in tx.session.execute(query) if number}
