"""What happens to half-days by themselves, once, and who is told."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from bookings.jobs import time as jobs
from bookings.service import time_ledger
from bookings.service.time_grant import CarryOver, Grant, carry_over_time, grant_time
from bookings.service.time_transfer import Transfer, transfer_time
from kit import clock
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.relay import fire_due
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tests.bookings.time_of import a_mission_of_time, balances, grades, half_days_of, siblings
from tests.services_catalog.market import Facility, a_facility, a_service

NOON = datetime.fromisoformat("2026-11-22T12:00:00+01:00")
LAST = date(2027, 1, 31)
EVE = datetime.fromisoformat("2027-01-31T23:59:59+01:00")
MIDNIGHT = datetime.fromisoformat("2027-02-01T00:00:00+01:00")
MONTH_BEFORE = datetime.fromisoformat("2027-01-01T08:00:00+01:00")


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant, establishments=1)


def live(tenant: Tenant, at: datetime) -> list[str]:
    """Fire what is due at `at`, and let our listeners react twice to all the news; returns the topics."""
    with clock.frozen(at):
        fire_due(tenant.id, 100)
        with transaction(system(tenant.id, "tests")) as tx:
            messages = tx.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        for message in messages:
            for listener in SUBSCRIPTIONS.get(message.topic, []):
                if listener.__module__ == jobs.__name__:
                    for _ in range(2):
                        with transaction(system(tenant.id, "tests")) as tx:
                            listener(tx, message)
        return [message.topic for message in messages]


def told(tenant: Tenant, organisation_id: UUID | None = None) -> list[str]:
    """The titles of what was told, in order."""
    query = select(Notification).order_by(Notification.id)
    if organisation_id is not None:
        query = query.where(Notification.subject_id == organisation_id)
    with transaction(system(tenant.id, "tests")) as tx:
        return [one.title.replace("\u00a0", " ") for one in tx.session.scalars(query)]


def test_a_packet_warns_then_expires_once(tenant: Tenant, facility: Facility) -> None:
    half_days_of(tenant, facility, 5, LAST, source="order")
    assert "time_packet.expire_soon" not in live(tenant, NOON)
    live(tenant, MONTH_BEFORE)
    assert told(tenant) == ["5 demi-journées de RSSI à utiliser jusqu’au 31 janvier 2027"]
    live(tenant, EVE)
    assert balances(tenant) == {"purchased": -5, "available": 5}
    live(tenant, MIDNIGHT)
    assert balances(tenant) == {"purchased": -5, "expired": 5}
    assert told(tenant)[1:] == [f"5 demi-journées expirées : {facility.organisation.name}"]


def test_workers_down_for_a_week_say_only_what_still_holds(tenant: Tenant, facility: Facility) -> None:
    half_days_of(tenant, facility, 1, LAST, source="order")
    topics = live(tenant, datetime.fromisoformat("2027-02-08T09:00:00+01:00"))
    assert [topic for topic in topics if topic.startswith("time_packet")] == [
        "time_packet.expire_soon",
        "time_packet.expire",
    ]
    assert told(tenant) == [f"1 demi-journée expirée : {facility.organisation.name}"]


def test_what_is_used_up_warns_nobody(tenant: Tenant, facility: Facility) -> None:
    mission = a_mission_of_time(tenant, facility, a_service(tenant, mode="time", half_days=1)[1])
    half_days_of(tenant, facility, 2, LAST, source="order")
    with transaction(system(tenant.id, "tests")) as tx:
        time_ledger.reserve(tx, mission, 2)
    live(tenant, MONTH_BEFORE)
    live(tenant, MIDNIGHT)
    assert told(tenant) == []
    assert balances(tenant) == {"purchased": -2, "reserved": 2}
    with clock.frozen(MIDNIGHT), transaction(system(tenant.id, "tests")) as tx:
        time_ledger.release(tx, mission)
    live(tenant, MIDNIGHT)
    assert balances(tenant) == {"purchased": -2, "expired": 2}
    assert told(tenant) == [f"2 demi-journées expirées : {facility.organisation.name}"]


def test_a_grant_and_a_carry_over_are_told(tenant: Tenant, facility: Facility) -> None:
    manager = grades(tenant)
    packet = grant_time(manager, Grant(facility.organisation.id, 4, LAST, facility.finess_et[0]))
    carry_over_time(manager, CarryOver(packet.id, 3, date(2027, 6, 30)))
    live(tenant, NOON)
    assert told(tenant) == [
        "4 demi-journées de RSSI à temps partagé pour EHPAD LES AJONCS 1",
        "Report : 3 demi-journées de RSSI à utiliser jusqu’au 30 juin 2027",
    ]


def test_a_transfer_is_told_to_both_sides(tenant: Tenant, facility: Facility) -> None:
    sister = a_facility(tenant)
    siblings(tenant, facility, sister)
    half_days_of(tenant, facility, 2, LAST, source="order")
    half_days_of(tenant, facility, 2, date(2027, 6, 30), source="order")
    transfer_time(facility.owner, Transfer(facility.organisation.id, 3, sister.organisation.id, note="Audit commun"))
    live(tenant, NOON)
    for side in (facility, sister):
        name = sister.organisation.name
        assert told(tenant, side.organisation.id) == [f"3 demi-journées transférées vers {name}"]
    with transaction(system(tenant.id, "tests")) as tx:
        text = str(tx.session.scalars(select(Notification.text_body)).first()).replace("\u00a0", " ")
    assert "- 2 demi-journées à utiliser jusqu’au 31 janvier 2027 inclus\n- 1 demi-journée" in text
    assert "Motif : Audit commun" in text
