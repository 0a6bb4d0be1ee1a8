"""The dates of a mission: who may choose which, and what stays when it is refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bookings.models import Mission, Slot
from bookings.rules.halves import HalfDay
from bookings.service.availability import add_exception, set_week
from bookings.service.dates import choose_dates, drop_dates, propose_dates
from kit import clock
from kit.actor import system
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.planning import NOW, a_mission
from tests.services_catalog.market import Facility, Market, a_facility, a_market, a_member, a_supplier

WEEK = frozenset((weekday, half) for weekday in range(5) for half in ("am", "pm"))
TUESDAY, SATURDAY = date(2026, 12, 15), date(2026, 12, 19)
THE_DAY = [HalfDay(TUESDAY, "am"), HalfDay(TUESDAY, "pm")]
NEAR = datetime(2026, 12, 10, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def market(tenant: Tenant) -> Market:
    made = a_market(tenant)
    set_week(made.supplier.owner, made.supplier.consultant.id, WEEK)
    return made


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant)


@pytest.fixture
def mission(tenant: Tenant, market: Market, facility: Facility) -> Mission:
    return a_mission(tenant, market, facility)


def slots(tenant: Tenant, state: str = "open") -> list[Slot]:
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(Slot).where(Slot.state == state).order_by(Slot.starts_at)))


def test_a_whole_day_is_held_and_moved_as_one(
    tenant: Tenant, market: Market, facility: Facility, mission: Mission
) -> None:
    consultant = market.supplier.consultant.id
    chosen = choose_dates(facility.owner, mission.id, consultant, THE_DAY)
    (slot,) = slots(tenant)
    assert (chosen.state, chosen.starts_at, chosen.ends_at) == ("planned", slot.starts_at, slot.ends_at)
    choose_dates(facility.owner, mission.id, consultant, [half.following.following for half in THE_DAY])
    (moved,) = slots(tenant)
    assert (moved.id, moved.revision) == (slot.id, 1)


def test_half_days_apart_are_as_many_appointments(
    tenant: Tenant, market: Market, facility: Facility, mission: Mission
) -> None:
    apart = [HalfDay(TUESDAY, "am"), HalfDay(date(2026, 12, 17), "pm")]
    choose_dates(facility.owner, mission.id, market.supplier.consultant.id, apart)
    assert len(slots(tenant)) == 2
    drop_dates(facility.owner, mission.id)
    assert (len(slots(tenant)), len(slots(tenant, "cancelled"))) == (0, 2)


def test_a_date_that_went_meanwhile_is_named_and_the_former_one_stays(
    tenant: Tenant, market: Market, facility: Facility, mission: Mission
) -> None:
    consultant = market.supplier.consultant.id
    other = a_mission(tenant, market, facility)
    choose_dates(facility.owner, other.id, consultant, THE_DAY)
    before = choose_dates(facility.owner, mission.id, consultant, [half.following.following for half in THE_DAY])
    with pytest.raises(Conflict, match="a déjà un rendez-vous le mardi"):
        choose_dates(facility.owner, mission.id, consultant, THE_DAY)
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get_one(Mission, (tenant.id, mission.id)).starts_at == before.starts_at
    assert len(slots(tenant)) == 2


@pytest.mark.parametrize(
    "halves",
    [
        [HalfDay(TUESDAY, "am")],
        [HalfDay(TUESDAY, "am"), HalfDay(TUESDAY, "am")],
        [*THE_DAY, HalfDay(SATURDAY, "am")],
        [HalfDay(SATURDAY, "am"), HalfDay(SATURDAY, "pm")],
        [HalfDay(date(2026, 11, 22), "am"), HalfDay(TUESDAY, "pm")],
        [HalfDay(date(2026, 12, 25), "am"), HalfDay(date(2026, 12, 25), "pm")],
        [HalfDay(date(2036, 12, 16), "am"), HalfDay(date(2036, 12, 16), "pm")],
    ],
)
def test_half_days_that_a_facility_cannot_have(
    market: Market, facility: Facility, mission: Mission, halves: list[HalfDay]
) -> None:
    with pytest.raises(Invalid) as refused:
        choose_dates(facility.owner, mission.id, market.supplier.consultant.id, halves)
    assert refused.value.fields.keys() == {"halves"}


def test_who_keeps_the_calendars_may_choose_a_saturday_not_another_ones_consultant(
    tenant: Tenant, market: Market, facility: Facility, mission: Mission
) -> None:
    saturday = [HalfDay(SATURDAY, "am"), HalfDay(SATURDAY, "pm")]
    assert choose_dates(market.supplier.owner, mission.id, market.supplier.consultant.id, saturday).state == "planned"
    stranger = a_supplier(tenant)
    for who in (market.supplier.owner, facility.owner):
        with pytest.raises(Invalid):
            choose_dates(who, mission.id, stranger.consultant.id, THE_DAY)
    with pytest.raises(NotFound):
        choose_dates(stranger.owner, mission.id, stranger.consultant.id, THE_DAY)
    with pytest.raises(Forbidden):
        drop_dates(a_member(tenant, facility.organisation.id, "reader"), mission.id)


def test_a_late_cancellation_is_not_walked_around(market: Market, facility: Facility, mission: Mission) -> None:
    """Free until ten days before: afterwards a facility neither takes the date back nor pushes it away."""
    consultant = market.supplier.consultant.id
    choose_dates(facility.owner, mission.id, consultant, THE_DAY)
    later = [HalfDay(date(2027, 1, 12), "am"), HalfDay(date(2027, 1, 12), "pm")]
    with clock.frozen(NEAR):
        with pytest.raises(Conflict, match="trop proche"):
            drop_dates(facility.owner, mission.id)
        with pytest.raises(Conflict, match="trop proche"):
            choose_dates(facility.owner, mission.id, consultant, later)
        assert choose_dates(market.supplier.owner, mission.id, consultant, later).state == "planned"
        assert drop_dates(facility.owner, mission.id).state == "assigned"


def test_what_is_proposed_follows_the_week_and_its_exceptions(
    market: Market, facility: Facility, mission: Mission
) -> None:
    consultant = market.supplier.consultant.id
    first = propose_dates(facility.owner, mission.id).proposals[0]
    assert first.halves == (HalfDay(date(2026, 11, 23), "am"), HalfDay(date(2026, 11, 23), "pm"))
    add_exception(market.supplier.owner, consultant, date(2026, 11, 23), date(2026, 11, 29), ["pm"], False)
    assert propose_dates(facility.owner, mission.id).proposals[0].halves[0].on == date(2026, 11, 30)
    spread = propose_dates(facility.owner, mission.id, together=False).proposals[0]
    assert [half.half for half in spread.halves] == ["am", "am"]
    set_week(market.supplier.owner, consultant, {(4, "am"), (4, "pm")}, date(2026, 12, 1))
    assert {one.halves[0].on.weekday() for one in propose_dates(facility.owner, mission.id).proposals[1:]} == {4}
