"""A region for the rush: facilities with somebody signed in, a session with ten places left, a lot almost used up.

`python -m bench.booking_world` on a fresh database; prints what the rush needs, as one line of JSON.
"""

import json
import os
from datetime import date, timedelta
from uuid import UUID

import psycopg

from bench.booking_month import make_month
from bookings.models import Slot
from bookings.service.quote import ask_quote
from kit.actor import operator, system
from kit.transaction import transaction
from services_catalog.models import Lot
from tenants.models import Tenant, User
from tenants.service.role import grant_role
from tenants.service.session import start_session
from tenants.service.tenant import create_tenant
from tests.bookings.planning import a_session
from tests.campaigns.files import a_person
from tests.services_catalog.market import Facility, Market, a_facility, a_market

BUYERS, PLACES = 500, 10
ORDERS, LEFT_CENTS = 200, 500_000
CONTACT = {"name": "Marie Le Goff", "function": "Directrice", "email": "marie@ajoncs.invalid", "phone": "0299000000"}


def cookie(tenant: Tenant, user_id: UUID) -> str:
    """Somebody is signed in, in a browser: the session's secret."""
    with transaction(operator("bench", tenant.id)) as tx:
        return start_session(tx, tx.session.get_one(User, user_id)).secret


def a_last_places(tenant: Tenant, market: Market) -> Slot:
    """A session with ten places, in three weeks."""
    return a_session(tenant, market, on=date.today() + timedelta(days=21), capacity=PLACES)  # noqa: DTZ011


def quotes(market: Market, facilities: list[Facility]) -> list[str]:
    """One quote of 1 500,00 € excluding VAT for each."""
    return [str(ask_quote(one.owner, market.service.slug, one.organisation.id, 1).id) for one in facilities[:ORDERS]]


def leave(tenant: Tenant, lot_id: UUID) -> None:
    """Five thousand euros are left in the lot."""
    with transaction(system(tenant.id, "bench")) as tx:
        lot = tx.session.get_one(Lot, (tenant.id, lot_id), with_for_update=True)
        lot.maximum_cents = lot.ordered_cents + LEFT_CENTS


def analyse() -> None:
    """Let the planner know what is there, as autovacuum has long done on a portal that lives."""
    url = os.environ["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("analyze")


def main() -> None:
    """Everything, as one line of JSON."""
    tenant = create_tenant(
        operator("bench"),
        "bretagne",
        "e-santé Bretagne",
        ars="ARS Bretagne",
        region_code="53",
        zone="Europe/Paris",
        contact_email="bench@crrc.invalid",
    )
    session_market, order_market = a_market(tenant, mode="session"), a_market(tenant)
    # Numbers of the small market come back after a thousand: two départements have enough of them.
    facilities = [a_facility(tenant, department=("35", "22")[number % 2]) for number in range(BUYERS)]
    slot = a_last_places(tenant, session_market)
    asked = quotes(order_market, facilities)
    leave(tenant, order_market.lot.id)
    manager = a_person(tenant)
    grant_role(operator("bench", tenant.id), manager.email, "grades_manager")
    first = make_month(tenant, order_market, facilities[0])
    analyse()
    world = {
        "tenant": tenant.slug,
        "tenant_id": str(tenant.id),
        "slot_id": str(slot.id),
        "lot_id": str(order_market.lot.id),
        "cookies": [cookie(tenant, one.owner.user_id) for one in facilities if one.owner.user_id],
        "quotes": asked,
        "manager": cookie(tenant, manager.user_id) if manager.user_id else "",
        "manager_id": str(manager.user_id),
        "month": first.isoformat(),
    }
    print(json.dumps(world))


if __name__ == "__main__":
    main()
