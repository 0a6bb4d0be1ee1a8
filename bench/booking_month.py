"""A month with two thousand missions, and the calendar of it against a statement that only counts.

`python -m bench.booking_month TENANT_ID MONTH` prints the figures, as one line of JSON.
"""

import json
import sys
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench.register_questions import milliseconds
from bookings.models import Booking, Mission, Slot
from bookings.queries.calendar import list_cells
from bookings.queries.session import Viewer
from bookings.rules.grid import month
from bookings.rules.halves import HalfDay, midnight
from kit.actor import system
from kit.db import uuid7
from kit.transaction import transaction
from services_catalog.models import Consultant
from tenants.models import Tenant
from tests.services_catalog.market import Facility, Market

MISSIONS, CONSULTANTS, SHOWN = 2_000, 50, 3
ZONE = "Europe/Paris"
FLOOR = text(
    """
    select id, title, starts_at, day, total from (
        select id, title, starts_at, (starts_at at time zone :zone)::date as day,
            count(*) over (partition by (starts_at at time zone :zone)::date) as total,
            row_number() over (partition by (starts_at at time zone :zone)::date order by starts_at, id) as rank
        from slot where tenant_id = :tenant and state = 'open' and starts_at >= :first and starts_at < :last
    ) ranked where rank <= :shown order by day, starts_at, id
    """
)


def make_month(tenant: Tenant, market: Market, facility: Facility) -> date:
    """Two thousand appointments on the working days of a month: its first day."""
    first = date(2027, 3, 1)
    days = [first + timedelta(days=number) for number in range(31)]
    halves = [HalfDay(on, half) for on in days if on.weekday() < 5 for half in ("am", "pm")]

    with transaction(system(tenant.id, "bench")) as tx:
        people = [
            tx.add(
                Consultant(
                    id=uuid7(),
                    provider_id=market.supplier.provider.id,
                    name=f"Consultant {number}",
                    email=f"consultant{number}@armor.invalid",
                    department="35",
                )
            ).id
            for number in range(CONSULTANTS)
        ]
        tx.session.flush()
        rows = [
            _rows(tenant, market, facility.organisation.id, people[number % CONSULTANTS], halves[number // CONSULTANTS])
            for number in range(min(MISSIONS, CONSULTANTS * len(halves)))
        ]
        for rank, table in enumerate((Mission, Slot, Booking)):
            tx.session.execute(insert(table), [row[rank] for row in rows])
    return first


def _rows(
    tenant: Tenant, market: Market, organisation_id: UUID, consultant_id: UUID, half: HalfDay
) -> tuple[dict[str, object], ...]:
    starts_at, ends_at = half.bounds(ZONE)
    mission_id, slot_id = uuid7(), uuid7()
    both = {
        "tenant_id": tenant.id,
        "organisation_id": organisation_id,
        "provider_id": market.supplier.provider.id,
        "consultant_id": consultant_id,
        "service_version_id": market.version.id,
        "title": "RSSI à temps partagé",
        "starts_at": starts_at,
        "ends_at": ends_at,
        "created_at": starts_at,
    }
    mission = both | {
        "id": mission_id,
        "number": f"MI-{mission_id}",
        "mode": "time",
        "half_days": 1,
        "state": "planned",
    }
    slot = both | {
        "id": slot_id,
        "kind": "single",
        "place": "Rennes",
        "blocked_from": starts_at,
        "blocked_until": ends_at,
        "capacity": 1,
        "taken": 1,
        "state": "open",
        "revision": 0,
    }
    place = {"mission_id": mission_id, "slot_id": slot_id, "places": 1, "state": "taken", "booked_at": starts_at}
    booking = {"tenant_id": tenant.id, "id": uuid7(), "organisation_id": organisation_id, **place}
    return mission, slot, booking


def timed(session: Session, tenant_id: UUID, on: date) -> dict[str, float]:
    """The days of the month, counted and begun, ours and by hand; they agree before anything is timed."""
    days = month(on).days
    first, last = midnight(days[0], ZONE), midnight(days[-1] + timedelta(days=1), ZONE)
    asked = {"zone": ZONE, "tenant": tenant_id, "first": first, "last": last, "shown": SHOWN}
    everybody = Viewer([], everything=True)
    cells = list_cells(session, everybody, first, last, ZONE, SHOWN)
    by_hand = session.execute(FLOOR, asked).all()
    assert {cell.on: cell.total for cell in cells} == {row.day: row.total for row in by_hand}
    assert [one.slot.id for cell in cells for one in cell.first] == [row.id for row in by_hand]
    ours = milliseconds(lambda: list_cells(session, everybody, first, last, ZONE, SHOWN))
    floor = milliseconds(lambda: session.execute(FLOOR, asked).all())
    total = sum(cell.total for cell in cells)
    return {"calendar.missions": total, "calendar.ms": ours, "calendar.floor_ms": floor, "calendar.ratio": ours / floor}


def main() -> None:
    """The figures, as one line of JSON."""
    tenant_id = UUID(sys.argv[1])
    with transaction(system(tenant_id, "bench")) as tx:
        print(json.dumps(timed(tx.session, tenant_id, date.fromisoformat(sys.argv[2]))))


if __name__ == "__main__":
    main()
