"""Many at once: transfers both ways, reservations, releases, consumptions, expiries. Nobody is in a deadlock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date, datetime
from threading import Barrier

import pytest

from bookings.models import Mission
from bookings.service import time_ledger
from bookings.service.time_booking import TimeBooking, book_time
from bookings.service.time_correction import Correction, correct_time
from bookings.service.time_transfer import Transfer, transfer_time
from kit import clock
from kit.actor import system
from kit.errors import Conflict
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.bookings.time_of import a_mission_of_time, balances, books_are_true, half_days_of, last_movement, siblings
from tests.services_catalog.market import Facility, a_facility, a_market, a_service

NOON = datetime.fromisoformat("2026-11-22T12:00:00+01:00")
AFTER = datetime.fromisoformat("2027-02-01T12:00:00+01:00")
THREADS = 5


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def facilities(tenant: Tenant) -> tuple[Facility, Facility]:
    pair = a_facility(tenant, establishments=1), a_facility(tenant)
    siblings(tenant, *pair)
    return pair


def together(*acts: Callable[[], object]) -> list[object]:
    """Do them at the same instant, each in a thread; what a refusal says takes the place of its answer."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(copy_context().run, run, act) for act in acts]]


def step(tenant: Tenant, act: Callable[[Tx], object]) -> Callable[[], object]:
    def run() -> object:
        with transaction(system(tenant.id, "races")) as tx:
            return act(tx)

    return run


def test_transfers_both_ways_at_once(tenant: Tenant, facilities: tuple[Facility, Facility]) -> None:
    one, other = facilities
    for facility in facilities:
        for month in (1, 2, 3):
            half_days_of(tenant, facility, 10, date(2027, month, 15))

    def send(giver: Facility, taker: Facility) -> Callable[[], object]:
        def run() -> object:
            for _ in range(4):
                transfer_time(giver.owner, Transfer(giver.organisation.id, 3, taker.organisation.id))
            return None

        return run

    assert together(send(one, other), send(other, one), send(one, other), send(other, one)) == [None] * 4
    assert balances(tenant) == {"granted": -60, "available": 60}
    assert books_are_true(tenant)


def test_the_last_half_days_are_reserved_once(tenant: Tenant, facilities: tuple[Facility, Facility]) -> None:
    facility, market = facilities[0], a_market(tenant, mode="time")
    half_days_of(tenant, facility, 3, date(2027, 1, 31))
    half_days_of(tenant, facility, 4, date(2027, 6, 30))
    asked = TimeBooking(facility.organisation.id, market.service.slug, 2)
    results = together(*[lambda: book_time(facility.owner, asked)] * THREADS)
    assert sum(isinstance(one, Mission) for one in results) == 3
    assert balances(tenant) == {"granted": -7, "available": 1, "reserved": 6}
    assert books_are_true(tenant)


def test_everything_at_once(tenant: Tenant, facilities: tuple[Facility, Facility]) -> None:
    facility, other = facilities
    version = a_service(tenant, mode="time", half_days=1)[1]
    packets = [half_days_of(tenant, facility, 8, date(2027, 1, day)) for day in (10, 20, 31)]
    half_days_of(tenant, facility, 40, date(2027, 6, 30))
    missions = [a_mission_of_time(tenant, facility, version) for _ in range(3)]
    for mission in missions:
        step(tenant, lambda tx, mission=mission: time_ledger.reserve(tx, mission, 6))()  # type: ignore[misc]
    wrong = last_movement(tenant, "grant").id

    def expire_all() -> None:
        for packet in reversed(packets):
            step(tenant, lambda tx, packet=packet: time_ledger.expire(tx, packet))()  # type: ignore[misc]

    with clock.frozen(AFTER):
        together(
            step(tenant, lambda tx: time_ledger.consume(tx, missions[0], 9)),
            step(tenant, lambda tx: time_ledger.release(tx, missions[1])),
            step(tenant, lambda tx: time_ledger.reserve(tx, missions[2], 5)),
            expire_all,
            lambda: transfer_time(facility.owner, Transfer(facility.organisation.id, 5, other.organisation.id)),
        )
        correct = Correction(wrong, "Erreur")
        refusals = together(*[lambda: correct_time(system(tenant.id, "races"), correct)] * 3)
    assert all(isinstance(one, Conflict) for one in refusals)
    found = balances(tenant)
    assert found == {"granted": -64, "available": 32, "reserved": 11, "consumed": 9, "expired": 12}
    assert books_are_true(tenant)


def test_a_correction_heard_twice_is_done_once(tenant: Tenant, facilities: tuple[Facility, Facility]) -> None:
    half_days_of(tenant, facilities[0], 4)
    wrong = Correction(last_movement(tenant, "grant").id, "Doublon")
    results = together(*[lambda: correct_time(system(tenant.id, "races"), wrong)] * 4)
    assert sum(isinstance(one, Conflict) for one in results) == 3
    assert balances(tenant) == {}
