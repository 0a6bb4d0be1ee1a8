"""Whatever people do with the places of a session, and in whatever order: the counts hold after each act."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bookings.models import Booking, Slot, WaitingEntry
from bookings.service import opening, place
from kit import clock
from kit.actor import system
from kit.errors import CrrcError
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.planning import NOW, a_session
from tests.bookings.test_session import details, give_back, ring
from tests.services_catalog.market import Facility, a_facility, a_market

STEPS = 50


def check(tenant: Tenant, slot: Slot) -> None:
    """Counted, taken and offered agree; nobody waits for what is free; nobody has two live requests."""
    with transaction(system(tenant.id, "tests")) as tx:
        found = tx.session.get_one(Slot, (tenant.id, slot.id))
        places = select(func.coalesce(func.sum(Booking.places), 0))
        booked = tx.session.scalar(places.where(Booking.slot_id == slot.id, Booking.state == "taken")) or 0
        entries = tx.session.scalars(select(WaitingEntry).where(WaitingEntry.slot_id == slot.id)).all()
    offered = [one for one in entries if one.state == "offered"]
    waiting = [one for one in entries if one.state == "waiting"]
    assert found.taken == booked + sum(one.places for one in offered)
    assert 0 <= found.taken <= found.capacity
    assert all(one.places > found.capacity - found.taken for one in waiting)
    live = [one.organisation_id for one in offered + waiting]
    assert len(live) == len(set(live))
    # Served in order of arrival: whoever was passed over asked for more than whoever was served after them.
    for one in waiting:
        assert all(one.places > other.places for other in offered if other.id > one.id)


@pytest.mark.parametrize("seed", range(4))
def test_places_are_counted_whatever_happens(tenant: Tenant, seed: int) -> None:
    chance = random.Random(seed)
    market = a_market(tenant, mode="session")
    slot, people = a_session(tenant, market, capacity=3), [a_facility(tenant) for _ in range(5)]
    now = NOW

    def expire(who: Facility) -> None:
        with transaction(system(tenant.id, "tests")) as tx:
            ids = tx.session.scalars(select(WaitingEntry.id).where(WaitingEntry.state == "offered")).all()
        for entry_id in ids:
            ring(tenant, entry_id)

    def resize(who: Facility) -> None:
        opening.change_group_session(market.supplier.owner, slot.id, details(market, capacity=chance.randint(1, 5)))

    acts: list[Callable[[Facility], object]] = [
        lambda who: place.book_places(who.owner, slot.id, who.organisation.id, chance.randint(1, 2)),
        lambda who: place.join_waiting(who.owner, slot.id, who.organisation.id, chance.randint(1, 2)),
        lambda who: place.take_offer(who.owner, slot.id, who.organisation.id),
        lambda who: place.leave_waiting(who.owner, slot.id, who.organisation.id),
        lambda who: give_back(tenant, who),
        expire,
        resize,
    ]
    done = 0
    for _ in range(STEPS):
        now += timedelta(hours=chance.choice((0, 1, 30)))
        with clock.frozen(min(now, slot.starts_at - timedelta(hours=1))):
            try:
                chance.choice(acts)(chance.choice(people))
                done += 1
            except (CrrcError, LookupError):
                pass
            except Exception as error:  # give_back of somebody who has no order
                if type(error).__name__ != "NoResultFound":
                    raise
        check(tenant, slot)
    assert done > STEPS // 4
