"""Cancelling: what it costs, what it gives back, and when it is too late."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.models import Mission, Order
from bookings.rules import payers
from bookings.rules.cancellation import effect, in_words
from bookings.rules.quantity import last_day, read_quantity, read_size
from bookings.rules.validity import quote_ends
from bookings.service import time_ledger
from bookings.service.order_page import view_order
from bookings.service.ordering import cancel_order
from bookings.service.time_booking import TimeBooking, book_time
from kit import clock
from kit.actor import system
from kit.errors import Conflict, Invalid
from kit.transaction import transaction
from services_catalog.rules.service import Cancellation
from tenants.models import Tenant
from tests.bookings.buying import NOW, an_order, requester
from tests.bookings.planning import a_mission
from tests.bookings.test_order import change, missions_of, ordered
from tests.services_catalog.market import Market, a_facility, a_market

MONDAY = date(2026, 12, 14)


@given(st.integers(0, 10**12), st.integers(0, 100), st.none() | st.integers(0, 10**12))
def test_the_shares_sum_to_the_total_to_the_cent(total: int, percent: int, cap: int | None) -> None:
    shares = payers.share(total, percent, cap)
    assert shares.ars_cents + shares.remainder_cents == total
    assert min(shares.ars_cents, shares.remainder_cents) >= 0
    assert cap is None or shares.ars_cents <= cap
    assert cap is not None or abs(shares.ars_cents * 100 - total * percent) <= 50


@pytest.mark.parametrize(
    ("total", "percent", "cap", "ars"),
    [(180_000, 80, None, 144_000), (180_000, 100, 150_000, 150_000), (1, 50, None, 1), (3, 49, None, 1), (99, 0, 5, 0)],
)
def test_the_share_of_the_ars_is_rounded_half_up_and_capped(
    total: int, percent: int, cap: int | None, ars: int
) -> None:
    assert payers.share(total, percent, cap).ars_cents == ars


@given(
    st.integers(0, 90),
    st.integers(0, 100),
    st.integers(0, 10**10),
    st.none() | st.integers(-60, 400).map(lambda days: MONDAY + timedelta(days=days)),
)
def test_a_fee_never_exceeds_the_price(free: int, late: int, net: int, planned: date | None) -> None:
    fee = effect(Cancellation(free, late), net, planned, MONDAY).fee_cents
    assert 0 <= fee <= net
    if planned is None or (planned - MONDAY).days >= free:
        assert fee == 0 or planned is not None
        assert planned is None or fee == 0


@pytest.mark.parametrize(
    ("days", "fee", "words"),
    [
        (10, 0, "sans frais jusqu’au 14\u00a0décembre 2026 inclus"),
        (9, 75_000, "est prévue le 23\u00a0décembre 2026, dans moins de 10\u00a0jours"),
        (0, 75_000, "soit 750,00\u00a0€ HT"),
        (-1, 75_000, "était prévue le 13\u00a0décembre 2026"),
    ],
)
def test_it_is_free_until_so_many_days_before(days: int, fee: int, words: str) -> None:
    found = effect(Cancellation(10, 50), 150_000, MONDAY + timedelta(days=days), MONDAY)
    assert found.fee_cents == fee
    assert words in found.sentence


def test_a_policy_in_words() -> None:
    assert in_words(Cancellation(10, 50)) == (
        "Annulation sans frais jusqu’à 10\u00a0jours avant l’intervention, puis 50\u00a0% du prix hors taxes."
    )
    assert "sans frais tant que" in in_words(Cancellation(10, 0))


@pytest.mark.parametrize(
    ("starts", "months", "ends"),
    [
        (date(2026, 11, 22), 12, date(2027, 11, 21)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
    ],
)
def test_a_period_of_months_ends_the_day_before(starts: date, months: int, ends: date) -> None:
    assert last_day(starts, months) == ends


def test_a_quote_ends_with_the_first_thing_that_ends() -> None:
    assert quote_ends(MONDAY, None, date(2028, 1, 1)) == MONDAY + timedelta(days=30)
    assert quote_ends(MONDAY, date(2026, 12, 20), None) == date(2026, 12, 20)


@pytest.mark.parametrize("typed", ["", "0", "-1", "1,5", "deux", None, True, 10_001, "1" * 40, [], {}, 1.5])
def test_a_quantity_is_a_whole_number(typed: object) -> None:
    with pytest.raises(Invalid) as refused:
        read_quantity(typed)
    assert list(refused.value.fields) == ["quantity"]


def test_numbers_are_read_as_people_type_them() -> None:
    assert read_quantity("1\u202f200") == 1200
    assert read_size(" 2 500 000 ") == 2_500_000
    assert read_size("") is read_size(None) is None
    with pytest.raises(Invalid):
        read_size("beaucoup")


def planned(tenant: Tenant, market: Market, days: int) -> Order:
    """An order whose intervention is planned in so many days."""
    order = an_order(market, a_facility(tenant))
    (mission,) = missions_of(tenant, order)
    starts_at = NOW + timedelta(days=days)
    consultant = market.supplier.consultant.id
    columns = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3), "consultant_id": consultant}
    change(tenant, Mission, mission.id, state="planned", **columns)
    return order


def test_early_everything_is_free_again(tenant: Tenant) -> None:
    market = a_market(tenant)
    order = planned(tenant, market, 30)
    with clock.frozen(NOW):
        cancelled = cancel_order(requester(order), order.id, "Direction absente.")
    assert (cancelled.state, cancelled.fee_cents, cancelled.cancel_motive) == ("cancelled", 0, "Direction absente.")
    assert [one.state for one in missions_of(tenant, order)] == ["cancelled"]
    assert ordered(tenant, market) == (0, 0)


def test_late_the_fee_was_read_before_and_stays_on_the_lot(tenant: Tenant) -> None:
    market = a_market(tenant)
    order = planned(tenant, market, 3)
    owner = requester(order)
    with clock.frozen(NOW):
        with pytest.raises(Conflict, match=r"750,00.€ HT"):
            cancel_order(owner, order.id, "Trop tard ?")
        assert cancel_order(owner, order.id, "Tant pis.", 75_000).fee_cents == 75_000
    assert ordered(tenant, market) == (75_000, 75_000)


def test_a_day_begins_where_the_tenant_is(tenant: Tenant) -> None:
    market = a_market(tenant)
    order = planned(tenant, market, 10)
    before_midnight = datetime(2026, 11, 22, 23, 59, tzinfo=ZoneInfo("Europe/Paris"))
    with clock.frozen(before_midnight):
        assert cancel_order(requester(order), order.id, "À temps.").fee_cents == 0


def test_a_mission_that_began_is_not_cancelled(tenant: Tenant) -> None:
    market = a_market(tenant)
    order = planned(tenant, market, 30)
    (mission,) = missions_of(tenant, order)
    change(tenant, Mission, mission.id, state="running", started_at=NOW)
    with clock.frozen(NOW), pytest.raises(Conflict, match="a commencé"):
        cancel_order(requester(order), order.id, "Trop tard.")
    assert ordered(tenant, market) == (150_000, 150_000)


def test_what_cannot_be_cancelled_any_more_is_not_priced(tenant: Tenant) -> None:
    market, facility, half_days = a_market(tenant), a_facility(tenant), a_market(tenant, mode="time")
    order, bought = an_order(market, facility), an_order(half_days, facility, quantity=4)

    def offered(one: Order) -> bool:
        with clock.frozen(NOW):
            return view_order(facility.owner, one.id).effect is not None

    assert offered(order)
    assert offered(bought)
    (mission,) = missions_of(tenant, order)
    provider = market.supplier.provider.id
    change(tenant, Mission, mission.id, state="running", started_at=NOW, starts_at=NOW, provider_id=provider)
    with clock.frozen(NOW):
        book_time(facility.owner, TimeBooking(facility.organisation.id, half_days.service.slug, 1))
    assert not offered(order)
    assert not offered(bought)


def test_half_days_leave_with_their_order_while_nobody_used_them(tenant: Tenant) -> None:
    market, facility = a_market(tenant, mode="time"), a_facility(tenant)
    order = an_order(market, facility, quantity=4)
    with clock.frozen(NOW):
        assert cancel_order(facility.owner, order.id, "Erreur.").state == "cancelled"
    assert ordered(tenant, market) == (0, 0)
    used = an_order(market, facility, quantity=4)
    with clock.frozen(NOW):
        mission = a_mission(tenant, market, facility, mode="time", half_days=1)
        with transaction(system(tenant.id, "tests")) as tx:
            time_ledger.reserve(tx, tx.session.merge(mission, load=False), 1)
        with pytest.raises(Conflict, match=r"il en reste 3.libres sur 4"):
            cancel_order(facility.owner, used.id, "Erreur.")
