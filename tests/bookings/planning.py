"""Missions and sessions written straight into the tables: where a test of the planning begins."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from bookings.models import Mission, Order, Quote, Slot
from bookings.rules.halves import HalfDay
from bookings.rules.travel import kept
from kit.actor import system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tests.services_catalog.market import Facility, Market, a_facility

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
THURSDAY = date(2026, 12, 10)
numbers = count(1)


def a_mission(tenant: Tenant, market: Market, facility: Facility | None = None, **columns: Any) -> Mission:
    """A mission on a placed order of a facility, for the market's provider."""
    facility = facility or a_facility(tenant)
    order = an_order(tenant, market, facility)
    values: dict[str, Any] = {
        "title": market.version.title,
        "mode": market.version.mode,
        "half_days": market.version.half_days,
        "department": "35",
        "state": "assigned",
        "created_at": NOW,
        "assigned_at": NOW,
        "order_id": order.id,
        "organisation_id": order.organisation_id,
        "provider_id": order.provider_id,
        "service_version_id": market.version.id,
    }
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.add(Mission(id=uuid7(), number=f"MI-{next(numbers)}", **(values | columns)))


def an_order(tenant: Tenant, market: Market, facility: Facility) -> Order:
    """A placed order of 1 500,00 € excluding VAT, with its quote."""
    number, owner = next(numbers), facility.owner
    same: dict[str, Any] = {
        "organisation_id": facility.organisation.id,
        "provider_id": market.supplier.provider.id,
        "lot_id": market.lot.id,
        "net_cents": 150_000,
        "total_cents": 180_000,
    }
    quote = Quote(
        id=uuid7(),
        number=f"DE-{number}",
        service_version_id=market.version.id,
        price_line_id=market.line.id,
        quantity=1,
        unit_cents=150_000,
        vat_cents=30_000,
        vat_permille=200,
        ars_cents=0,
        remainder_cents=180_000,
        sentence="Lot 2, ligne EX-02",
        terms={},
        valid_until=THURSDAY,
        created_at=NOW,
        **same,
    )
    contact = {"name": owner.name, "function": "Directrice", "email": owner.email, "phone": ""}
    people = {"requested_by": owner.user_id, "requested_at": NOW, "placed_by": owner.user_id, "placed_at": NOW}
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(quote)
        tx.session.flush()
        order = Order(number=f"BC-{number}", quote_id=quote.id, state="placed", contact=contact, **people, **same)
        return tx.add(order)


def a_session(tenant: Tenant, market: Market, on: date = THURSDAY, half: str = "am", **columns: Any) -> Slot:
    """A group session of the market's provider, straight into the table: nobody is told."""
    time = kept(*HalfDay(on, half).bounds(tenant.zone), 60)
    with transaction(system(tenant.id, "tests")) as tx:
        values: dict[str, Any] = {"capacity": 10, "taken": 0, "place": "Rennes", "organisation_id": None}
        slot = Slot(
            id=uuid7(),
            provider_id=market.supplier.provider.id,
            consultant_id=market.supplier.consultant.id,
            service_version_id=market.version.id,
            kind="group",
            title=market.version.title,
            state="open",
            created_at=NOW,
            **(asdict(time) | values | columns),
        )
        tx.add(slot)
    return slot
