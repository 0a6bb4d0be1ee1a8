"""Time held on calendars, places of sessions: what the database refuses, and the sentence people read."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from bookings.models import Booking, Mission, Slot
from bookings.rules.halves import HalfDay
from bookings.service.slot import hold_slot, move_slot, release_slots, take_places
from kit import clock
from kit.actor import system
from kit.errors import Conflict, CrrcError
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.planning import NOW, a_mission, a_session
from tests.services_catalog.market import a_market

TUESDAY = date(2026, 12, 1)
MORNING, AFTERNOON = (HalfDay(TUESDAY, half).bounds("Europe/Paris") for half in ("am", "pm"))


def held(tenant: Tenant, mission: Mission, consultant_id: UUID, time: tuple[datetime, datetime]) -> UUID:
    with transaction(system(tenant.id, "tests")) as tx:
        return hold_slot(tx, mission, consultant_id, *time).id


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """What each act gives, or the error it raises, all started together."""
    results: list[object] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            with clock.frozen(NOW):
                results[number] = act()
        except CrrcError as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_a_slot_is_held_with_its_travel_and_its_place(tenant: Tenant) -> None:
    market = a_market(tenant)
    mission = a_mission(tenant, market)
    slot_id = held(tenant, mission, market.supplier.consultant.id, MORNING)
    with transaction(system(tenant.id, "tests")) as tx:
        slot = tx.session.get_one(Slot, (tenant.id, slot_id))
        booking = tx.session.scalars(select(Booking).where(Booking.slot_id == slot_id)).one()
    assert (slot.starts_at, slot.ends_at) == MORNING
    assert (slot.blocked_from, slot.blocked_until) == (
        MORNING[0] - timedelta(minutes=30),
        MORNING[1] + timedelta(minutes=30),
    )
    assert (slot.kind, slot.capacity, slot.taken, booking.mission_id) == ("single", 1, 1, mission.id)


def test_a_clash_is_named(tenant: Tenant) -> None:
    market = a_market(tenant)
    consultant = market.supplier.consultant
    held(tenant, a_mission(tenant, market), consultant.id, MORNING)
    with pytest.raises(Conflict) as refused:
        held(tenant, a_mission(tenant, market), consultant.id, (MORNING[0] + timedelta(hours=1), MORNING[1]))
    nbsp = "\N{NO-BREAK SPACE}"
    said = f"{consultant.name} a déjà un rendez-vous le mardi 1er{nbsp}décembre 2026 de 9{nbsp}h à 12{nbsp}h{nbsp}30."
    assert refused.value.sentence.replace(nbsp, " ") == said.replace(nbsp, " ")


def test_the_lunch_break_is_enough_for_an_hour_of_travel_and_not_for_two(tenant: Tenant) -> None:
    market = a_market(tenant)
    consultant = market.supplier.consultant
    held(tenant, a_mission(tenant, market), consultant.id, MORNING)
    held(tenant, a_mission(tenant, market), consultant.id, AFTERNOON)
    with pytest.raises(Conflict, match="trajet"):
        late = (AFTERNOON[1] + timedelta(minutes=10), AFTERNOON[1] + timedelta(hours=2))
        held(tenant, a_mission(tenant, market), consultant.id, late)


def test_what_was_done_before_a_clash_stands(tenant: Tenant) -> None:
    market = a_market(tenant)
    consultant = market.supplier.consultant.id
    held(tenant, a_mission(tenant, market), consultant, MORNING)
    mission = a_mission(tenant, market)
    with transaction(system(tenant.id, "tests")) as tx:
        with pytest.raises(Conflict):
            hold_slot(tx, mission, consultant, *MORNING)
        slot = hold_slot(tx, mission, consultant, *AFTERNOON)
    assert slot.starts_at == AFTERNOON[0]


def test_a_slot_does_not_move_onto_another_and_stays_where_it_was(tenant: Tenant) -> None:
    market = a_market(tenant)
    consultant = market.supplier.consultant.id
    held(tenant, a_mission(tenant, market), consultant, MORNING)
    second = held(tenant, a_mission(tenant, market), consultant, AFTERNOON)
    with transaction(system(tenant.id, "tests")) as tx:
        slot = tx.session.get_one(Slot, (tenant.id, second))
        with pytest.raises(Conflict, match="a déjà un rendez-vous"):
            move_slot(tx, slot, *MORNING)
    with transaction(system(tenant.id, "tests")) as tx:
        slot = tx.session.get_one(Slot, (tenant.id, second))
        assert (slot.starts_at, slot.revision) == (AFTERNOON[0], 0)
        move_slot(tx, slot, *(at + timedelta(days=1) for at in AFTERNOON))
        assert slot.revision == 1


def test_two_slots_moved_onto_each_other_are_both_refused(tenant: Tenant) -> None:
    market = a_market(tenant)
    consultant = market.supplier.consultant.id
    first = held(tenant, a_mission(tenant, market), consultant, MORNING)
    second = held(tenant, a_mission(tenant, market), consultant, AFTERNOON)

    def move(slot_id: UUID, time: tuple[datetime, datetime]) -> None:
        with transaction(system(tenant.id, "tests")) as tx:
            move_slot(tx, tx.session.get_one(Slot, (tenant.id, slot_id)), *time)

    results = at_once([lambda: move(first, AFTERNOON), lambda: move(second, MORNING)])
    assert all(isinstance(result, Conflict) for result in results), results


def test_of_many_who_want_the_same_morning_one_has_it(tenant: Tenant) -> None:
    market = a_market(tenant)
    missions = [a_mission(tenant, market) for _ in range(4)]
    results = at_once(
        [lambda one=one: held(tenant, one, market.supplier.consultant.id, MORNING) for one in missions]  # type: ignore[misc]
    )
    assert sum(isinstance(result, UUID) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 3


def test_thirty_buyers_for_three_places(tenant: Tenant) -> None:
    market = a_market(tenant, mode="session")
    slot_id = a_session(tenant, market, capacity=3).id
    missions = [a_mission(tenant, market) for _ in range(30)]

    def buy(mission: Mission) -> Booking:
        with transaction(system(tenant.id, "tests")) as tx:
            return take_places(tx, slot_id, mission, 1)

    results = at_once([lambda one=one: buy(one) for one in missions])  # type: ignore[misc]
    assert sum(isinstance(result, Booking) for result in results) == 3
    assert {result.sentence for result in results if isinstance(result, Conflict)} != set()
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get_one(Slot, (tenant.id, slot_id)).taken == 3
        assert tx.session.scalar(select(func.count()).select_from(Booking).where(Booking.slot_id == slot_id)) == 3


def test_released_time_is_free_again(tenant: Tenant) -> None:
    market = a_market(tenant)
    mission, consultant = a_mission(tenant, market), market.supplier.consultant.id
    slot_id = held(tenant, mission, consultant, MORNING)
    with transaction(system(tenant.id, "tests")) as tx:
        release_slots(tx, mission.id)
        slot = tx.session.get_one(Slot, (tenant.id, slot_id))
        assert (slot.state, slot.taken, slot.revision) == ("cancelled", 0, 1)
    held(tenant, a_mission(tenant, market), consultant, MORNING)


@pytest.mark.parametrize(
    ("places", "at", "sentence"),
    [
        (3, NOW, "Il ne reste que 2"),
        (1, datetime(2026, 12, 10, 9, tzinfo=UTC), "a déjà commencé"),
    ],
)
def test_why_places_are_refused(tenant: Tenant, places: int, at: datetime, sentence: str) -> None:
    market = a_market(tenant, mode="session")
    slot_id, mission = a_session(tenant, market, capacity=2).id, a_mission(tenant, market)
    with clock.frozen(at), transaction(system(tenant.id, "tests")) as tx:
        with pytest.raises(Conflict, match=sentence):
            take_places(tx, slot_id, mission, places)
