"""Orders of half-days and the ledger: what was bought follows its order, which ends with the last half-day."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from bookings.models import Mission, Order, TimePacket
from bookings.service.entitlement import order_entitlement
from bookings.service.ordering import cancel_order
from bookings.service.time_booking import TimeBooking, book_time
from bookings.service.time_correction import Correction, correct_time
from bookings.service.time_grant import CarryOver, carry_over_time
from bookings.service.time_ledger import consume
from bookings.service.time_transfer import Transfer, transfer_time
from campaigns.models import Evidence, Milestone
from kit import clock
from kit.actor import system
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.buying import CONTACT, NOW, a_quote, an_entitlement, an_order
from tests.bookings.test_order import ordered
from tests.bookings.test_time_jobs import live
from tests.bookings.time_of import balances, books_are_true, grades, half_days_of, last_movement, siblings
from tests.services_catalog.market import Facility, Market, a_facility, a_market, a_service

AFTER = datetime.fromisoformat("2027-11-22T00:00:00+01:00")  # the half-days of an order of NOW are over


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant)


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant, mode="time")


def packet_of(tenant: Tenant, order: Order) -> TimePacket:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalars(select(TimePacket).where(TimePacket.source_id == order.id)).one()


def state_of(tenant: Tenant, order: Order) -> str:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.get_one(Order, (tenant.id, order.id)).state


def use(tenant: Tenant, market: Market, facility: Facility, half_days: int, worked: int | None = None) -> Mission:
    """A mission that takes so many half-days, worked and accepted."""
    with clock.frozen(NOW):
        mission = book_time(facility.owner, TimeBooking(facility.organisation.id, market.service.slug, half_days))
        with transaction(system(tenant.id, "tests")) as tx:
            consume(tx, mission, half_days if worked is None else worked)
            tx.emit("mission.accept", mission.id)
    return mission


def test_an_order_of_half_days_ends_with_the_last_one(tenant: Tenant, market: Market, facility: Facility) -> None:
    order = an_order(market, facility, quantity=4)
    use(tenant, market, facility, 3)
    live(tenant, NOW)
    assert state_of(tenant, order) == "placed"
    use(tenant, market, facility, 1)
    live(tenant, NOW)
    assert state_of(tenant, order) == "completed"
    with clock.frozen(NOW), pytest.raises(Conflict, match="ne peut plus être annulée"):
        cancel_order(facility.owner, order.id, "Trop tard.")
    assert ordered(tenant, market) == (600_000, 600_000)


def test_or_with_the_day_they_expire(tenant: Tenant, market: Market, facility: Facility) -> None:
    order = an_order(market, facility, quantity=4)
    use(tenant, market, facility, 3)
    live(tenant, AFTER)
    assert state_of(tenant, order) == "completed"
    assert balances(tenant) == {"purchased": -4, "consumed": 3, "expired": 1}


def test_what_is_reserved_on_that_day_keeps_it_going(tenant: Tenant, market: Market, facility: Facility) -> None:
    order = an_order(market, facility, quantity=4)
    with clock.frozen(NOW):
        mission = book_time(facility.owner, TimeBooking(facility.organisation.id, market.service.slug, 2))
    live(tenant, AFTER)
    assert state_of(tenant, order) == "placed"
    with clock.frozen(AFTER), transaction(system(tenant.id, "tests")) as tx:
        consume(tx, mission, 1)  # the other one was over: it expires as it is released
    live(tenant, AFTER)
    assert state_of(tenant, order) == "completed"
    assert balances(tenant) == {"purchased": -4, "consumed": 1, "expired": 3}


def test_half_days_that_went_elsewhere_are_still_the_orders(tenant: Tenant, market: Market, facility: Facility) -> None:
    sister = a_facility(tenant)
    siblings(tenant, facility, sister)
    order, another = an_order(market, facility, quantity=4), an_order(market, sister, quantity=1)
    with clock.frozen(NOW):
        transfer_time(facility.owner, Transfer(facility.organisation.id, 4, sister.organisation.id))
        with transaction(system(tenant.id, "tests")) as tx:
            (sent,) = tx.session.scalars(select(TimePacket).where(TimePacket.source == "transfer"))
        carry_over_time(grades(tenant), CarryOver(sent.id, 4, date(2028, 6, 30)))
    live(tenant, AFTER)
    assert (state_of(tenant, order), state_of(tenant, another)) == ("placed", "completed")
    live(tenant, datetime.fromisoformat("2028-07-01T00:00:00+02:00"))
    assert state_of(tenant, order) == "completed"


def test_a_larger_consumption_in_its_place_ends_it_too(tenant: Tenant, market: Market, facility: Facility) -> None:
    order = an_order(market, facility, quantity=4)
    use(tenant, market, facility, 4, worked=3)
    live(tenant, NOW)
    assert state_of(tenant, order) == "placed"
    with clock.frozen(NOW):
        correct_time(grades(tenant), Correction(last_movement(tenant, "consume").id, "Quatre en réalité", 4))
    live(tenant, NOW)
    assert state_of(tenant, order) == "completed"


@pytest.mark.parametrize("used", [0, 2])
def test_half_days_of_an_award_prove_its_service_when_some_were_used(
    tenant: Tenant, market: Market, facility: Facility, used: int
) -> None:
    right = an_entitlement(tenant, market, facility, quantity=2)
    with transaction(system(tenant.id, "tests")) as tx:
        milestone = Milestone(id=uuid7(), award_id=right.award_id, key="service", title="Prestation réalisée")
        tx.add(milestone)
    with clock.frozen(NOW):
        order = order_entitlement(facility.owner, right.id, {}, CONTACT)
    if used:
        use(tenant, market, facility, used)
    live(tenant, AFTER)
    live(tenant, AFTER)
    assert state_of(tenant, order) == "completed"
    with transaction(system(tenant.id, "tests")) as tx:
        proofs = tx.session.scalars(select(Evidence)).all()
        assert [(one.kind, one.subject_id) for one in proofs] == ([("order", order.id)] if used else [])
        proved = tx.session.get_one(Milestone, (tenant.id, milestone.id)).proved_at
        assert (proved is not None) == bool(used)


def test_more_than_an_account_takes_at_once_is_refused_with_the_quote(tenant: Tenant, facility: Facility) -> None:
    days = a_market(tenant, mode="time", maximum_cents=10**12, unit="day")
    assert an_order(days, facility, quantity=1_000).state == "placed"
    with pytest.raises(Invalid) as refused:
        a_quote(days, facility, quantity=1_001)
    assert "2\u202f000" in refused.value.fields["quantity"]


def test_a_purchase_is_taken_back_by_its_order_alone(tenant: Tenant, market: Market, facility: Facility) -> None:
    order, manager = an_order(market, facility, quantity=4), grades(tenant)
    with clock.frozen(NOW):
        with pytest.raises(Conflict, match="suit sa commande"):
            correct_time(manager, Correction(last_movement(tenant, "purchase").id, "Erreur"))
        cancel_order(facility.owner, order.id, "Erreur.")
        with pytest.raises(Conflict, match="suit sa commande"):
            correct_time(manager, Correction(last_movement(tenant, "correct").id, "Finalement si"))
    assert balances(tenant) == {}
    assert ordered(tenant, market) == (0, 0)
    live(tenant, AFTER)
    assert state_of(tenant, order) == "cancelled"
    assert books_are_true(tenant)


def test_half_days_bought_for_one_service_are_not_used_as_another(
    tenant: Tenant, market: Market, facility: Facility
) -> None:
    """The price was that of the first one. What the GRADeS gives is for any."""
    other, _ = a_service(tenant, mode="time", half_days=1, unit="day")
    an_order(market, facility, quantity=2)
    with clock.frozen(NOW):
        half_days_of(tenant, facility, 1, expires_on=date(2026, 12, 1))
        bought = balances(tenant)["available"] - 1
        with pytest.raises(Conflict, match="1\xa0disponible"):
            book_time(facility.owner, TimeBooking(facility.organisation.id, other.slug, 2))
        book_time(facility.owner, TimeBooking(facility.organisation.id, other.slug, 1))
        book_time(facility.owner, TimeBooking(facility.organisation.id, market.service.slug, bought))
    assert (bought, balances(tenant).get("available")) == (2, None)
