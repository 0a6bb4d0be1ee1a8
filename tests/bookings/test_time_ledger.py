"""The steps of the time ledger, and what the database refuses whatever a program does."""

from datetime import date, datetime

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from bookings.models import Mission, TimeAccount, TimeEntry, TimeMovement, TimePacket
from bookings.service import time_ledger
from kit import clock
from kit.actor import system
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.time_of import TODAY, a_mission_of_time, balances, half_days_of
from tests.services_catalog.market import Facility, a_facility, a_service

NOON = datetime.fromisoformat("2026-11-22T12:00:00+01:00")


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant, establishments=2)


@pytest.fixture
def mission(tenant: Tenant, facility: Facility) -> Mission:
    return a_mission_of_time(tenant, facility, a_service(tenant, mode="time", half_days=1)[1])


@pytest.fixture(autouse=True)
def _noon() -> object:
    with clock.frozen(NOON):
        yield


def test_the_soonest_to_expire_leave_first(tenant: Tenant, facility: Facility, mission: Mission) -> None:
    late = half_days_of(tenant, facility, 4, date(2027, 11, 21))
    soon = half_days_of(tenant, facility, 3, date(2027, 1, 31), source="order")
    with transaction(system(tenant.id, "tests")) as tx:
        time_ledger.reserve(tx, mission, 5)
    assert balances(tenant, soon.id) == {"reserved": 3}
    assert balances(tenant, late.id) == {"available": 2, "reserved": 2}
    assert balances(tenant) == {"granted": -4, "purchased": -3, "available": 2, "reserved": 5}


def test_consuming_less_than_reserved_releases_the_rest(tenant: Tenant, facility: Facility, mission: Mission) -> None:
    half_days_of(tenant, facility, 6)
    with transaction(system(tenant.id, "tests")) as tx:
        time_ledger.reserve(tx, mission, 4)
    with transaction(system(tenant.id, "tests")) as tx:
        assert time_ledger.expected(tx, mission, 3).half_days == 3
        time_ledger.consume(tx, mission, 3)
    assert balances(tenant) == {"granted": -6, "available": 3, "consumed": 3}


def test_consuming_more_than_reserved_draws_what_is_available(
    tenant: Tenant, facility: Facility, mission: Mission
) -> None:
    half_days_of(tenant, facility, 6)
    with transaction(system(tenant.id, "tests")) as tx:
        time_ledger.reserve(tx, mission, 2)
        time_ledger.consume(tx, mission, 5)
    assert balances(tenant) == {"granted": -6, "available": 1, "consumed": 5}


def test_above_the_balance_nothing_moves_and_the_balance_is_said(
    tenant: Tenant, facility: Facility, mission: Mission
) -> None:
    half_days_of(tenant, facility, 3)
    with pytest.raises(Conflict, match="4 demi-journées à prendre, 3 disponibles"):
        with transaction(system(tenant.id, "tests")) as tx:
            time_ledger.reserve(tx, mission, 4)
    with transaction(system(tenant.id, "tests")) as tx:
        time_ledger.reserve(tx, mission, 1)
    with pytest.raises(Conflict, match="1 réservée pour cette mission, 2 disponibles"):
        with transaction(system(tenant.id, "tests")) as tx:
            time_ledger.consume(tx, mission, 4)
    assert balances(tenant) == {"granted": -3, "available": 2, "reserved": 1}


def test_an_establishments_half_days_are_its_own(tenant: Tenant, facility: Facility, mission: Mission) -> None:
    half_days_of(tenant, facility, 3, finess_et=facility.finess_et[0])
    with pytest.raises(Conflict, match="aucune n’est disponible"):
        with transaction(system(tenant.id, "tests")) as tx:
            time_ledger.reserve(tx, mission, 1)
    with transaction(system(tenant.id, "tests")) as tx:
        there = tx.session.merge(mission)
        there.finess_et = facility.finess_et[0]
        time_ledger.reserve(tx, there, 3)
    assert balances(tenant) == {"granted": -3, "reserved": 3}


def test_half_days_of_tomorrow_cannot_be_drawn_today(tenant: Tenant, facility: Facility, mission: Mission) -> None:
    half_days_of(tenant, facility, 3, starts_on=date(2026, 11, 23))
    with pytest.raises(Conflict):
        with transaction(system(tenant.id, "tests")) as tx:
            time_ledger.reserve(tx, mission, 1)


def test_what_is_available_expires_and_what_is_reserved_waits(
    tenant: Tenant, facility: Facility, mission: Mission
) -> None:
    packet = half_days_of(tenant, facility, 5, TODAY)
    with transaction(system(tenant.id, "tests")) as tx:
        time_ledger.reserve(tx, mission, 2)
        assert time_ledger.expire(tx, packet) == 0, "its last day is not over"
    with clock.frozen(datetime.fromisoformat("2026-11-30T00:00:00+01:00")):
        for expected in (3, 0):
            with transaction(system(tenant.id, "tests")) as tx:
                assert time_ledger.expire(tx, packet) == expected
        assert balances(tenant) == {"granted": -5, "reserved": 2, "expired": 3}
        for _ in range(2):
            with transaction(system(tenant.id, "tests")) as tx:
                time_ledger.release(tx, mission)
    assert balances(tenant) == {"granted": -5, "expired": 5}
    with transaction(system(tenant.id, "tests")) as tx:
        days = tx.session.scalars(
            select(TimeMovement.effective_on).where(TimeMovement.kind == "expire").order_by(TimeMovement.id)
        ).all()
    assert days == [date(2026, 11, 23), date(2026, 11, 30)]


@pytest.mark.parametrize("number", [0, -1, 2001])
def test_a_number_that_is_none_is_refused(tenant: Tenant, facility: Facility, number: int) -> None:
    with pytest.raises(Invalid) as refused:
        half_days_of(tenant, facility, number)
    assert "half_days" in refused.value.fields


def test_the_database_refuses_a_movement_that_does_not_sum_to_zero(tenant: Tenant, facility: Facility) -> None:
    packet = half_days_of(tenant, facility, 3)
    with pytest.raises(IntegrityError, match="does not sum to zero"):
        with transaction(system(tenant.id, "tests")) as tx:
            account = tx.session.scalars(select(TimeAccount).where(TimeAccount.packet_id == packet.id)).first()
            assert account is not None
            movement = TimeMovement(
                id=uuid7(),
                kind="correct",
                organisation_id=facility.organisation.id,
                effective_on=TODAY,
                made_at=tx.now,
            )
            tx.add(movement)
            tx.session.flush()
            line = {"tenant_id": tenant.id, "movement_id": movement.id, "account_id": account.id, "half_days": 1}
            tx.session.execute(insert(TimeEntry).values(line))


def test_the_database_refuses_a_balance_that_no_entry_moved(tenant: Tenant, facility: Facility) -> None:
    half_days_of(tenant, facility, 3)
    for change in (
        update(TimeAccount).values(balance=TimeAccount.balance + 1),
        update(TimeAccount).values(kind="consumed", packet_id=None),
        insert(TimeAccount).values(tenant_id=tenant.id, id=uuid7(), kind="consumed", balance=2),
    ):
        with pytest.raises(IntegrityError, match="moved by entries alone"):
            with transaction(system(tenant.id, "tests")) as tx:
                tx.session.execute(change)


@pytest.mark.parametrize("table", ["time_movement", "time_entry", "time_sheet", "time_packet"])
@pytest.mark.parametrize("change", ["update {} set tenant_id = tenant_id", "delete from {}"])
def test_what_is_written_stays(tenant: Tenant, table: str, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        with transaction(system(tenant.id, "tests")) as tx:
            tx.session.execute(text(change.format(table)))


def test_a_packets_end_is_a_deadline(tenant: Tenant, facility: Facility) -> None:
    packet = half_days_of(tenant, facility, 3, date(2027, 1, 31))
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get_one(TimePacket, (tenant.id, packet.id)).expires_on == date(2027, 1, 31)
        rows = tx.session.execute(
            text("select topic, due_at from deadline where subject_id = :packet order by due_at"), {"packet": packet.id}
        ).all()
    assert [(topic, at.isoformat()) for topic, at in rows] == [
        ("time_packet.expire_soon", "2027-01-01T07:00:00+00:00"),
        ("time_packet.expire", "2027-01-31T23:00:00+00:00"),
    ]
