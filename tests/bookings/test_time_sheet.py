"""Time sheets: what a provider may declare, what the facility reads before accepting, who sees what."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from bookings.models import Mission
from bookings.service import time_ledger
from bookings.service.time_sheet import submit_time_sheet, view_time_sheets
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.time_of import a_mission_of_time, grades, half_days_of
from tests.services_catalog.market import Facility, Market, a_facility, a_market, a_member, a_supplier

NOON = datetime.fromisoformat("2026-11-22T12:00:00+01:00")


def line(on: str, half: str = "am", what: str = "Revue des sauvegardes") -> dict[str, Any]:
    return {"on": on, "half": half, "what": what}


TWO = [line("2026-11-20"), line("2026-11-20", "pm")]


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant)


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant, mode="time")


@pytest.fixture
def mission(tenant: Tenant, facility: Facility, market: Market) -> Mission:
    """A planned mission with two half-days reserved, of an account of four."""
    half_days_of(tenant, facility, 4)
    made = a_mission_of_time(tenant, facility, market.version, market.supplier)
    with transaction(system(tenant.id, "tests")) as tx:
        time_ledger.reserve(tx, made, 2)
    return made


def test_the_last_version_counts(mission: Mission, market: Market, facility: Facility) -> None:
    owner = market.supplier.owner
    submit_time_sheet(owner, mission.id, TWO)
    last = submit_time_sheet(owner, mission.id, [line("2026-11-20", "pm"), line("2026-11-19"), line("2026-11-20")])
    assert (last.version, last.half_days) == (2, 3)
    assert [(one["on"], one["half"]) for one in last.lines] == [
        ("2026-11-19", "am"),
        ("2026-11-20", "am"),
        ("2026-11-20", "pm"),
    ]
    page = view_time_sheets(facility.owner, mission.id)
    assert [sheet.version for sheet, _ in page.sheets] == [2, 1]
    assert page.bill is not None
    assert page.bill.settled is not None
    assert (page.bill.settled.half_days, page.bill.available_after) == (3, 1)


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([], "lines"),
        ([line("2026-11-20")] * 201, "lines"),
        ([line("2026-11-23")], "lines.0.on"),
        ([line("2026-10-22")], "lines.0.on"),
        ([line("hier")], "lines.0.on"),
        ([{"half": "am", "what": "x"}], "lines.0.on"),
        ([line("2026-11-20", "soir")], "lines.0.half"),
        ([line("2026-11-20", what=" ")], "lines.0.what"),
        ([line("2026-11-20", what="x" * 301)], "lines.0.what"),
        ([line("2026-11-20"), line("2026-11-19"), line("2026-11-20")], "lines.2.on"),
    ],
)
def test_a_line_that_cannot_be_names_its_field(
    mission: Mission, market: Market, lines: list[dict[str, Any]], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        submit_time_sheet(market.supplier.owner, mission.id, lines)
    assert field in refused.value.fields


def test_nobody_is_in_two_missions_at_once(tenant: Tenant, mission: Mission, market: Market) -> None:
    other = a_facility(tenant)
    half_days_of(tenant, other, 4)
    second = a_mission_of_time(tenant, other, market.version, market.supplier)
    submit_time_sheet(market.supplier.owner, mission.id, TWO)
    with pytest.raises(Invalid) as refused:
        submit_time_sheet(market.supplier.owner, second.id, [line("2026-11-20", "pm"), line("2026-11-19")])
    assert f"20\u00a0novembre 2026, après-midi (mission {mission.number})" in refused.value.fields["lines"]
    submit_time_sheet(market.supplier.owner, mission.id, [line("2026-11-20")])
    submit_time_sheet(market.supplier.owner, second.id, [line("2026-11-20", "pm")])


def test_above_the_balance_it_is_refused_without_saying_the_balance(mission: Mission, market: Market) -> None:
    five = [line(f"2026-11-1{day}") for day in range(5)]
    with pytest.raises(Conflict, match="qui en a réservé 2 pour cette mission") as refused:
        submit_time_sheet(market.supplier.owner, mission.id, five)
    assert "4" not in refused.value.sentence
    submit_time_sheet(market.supplier.owner, mission.id, five[:4])


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"state": "assigned"}, "pas encore planifiée"),
        ({"state": "cancelled"}, "annulée"),
        ({"state": "accepted", "delivered_at": NOON, "accepted_at": NOON}, "ne change plus"),
    ],
)
def test_a_mission_takes_a_sheet_from_its_date_to_its_acceptance(
    tenant: Tenant, facility: Facility, market: Market, columns: dict[str, Any], why: str
) -> None:
    half_days_of(tenant, facility, 4)
    mission = a_mission_of_time(tenant, facility, market.version, market.supplier, **columns)
    with pytest.raises(Conflict, match=why):
        submit_time_sheet(market.supplier.owner, mission.id, TWO)


def test_who_declares_and_who_sees_the_balance(
    tenant: Tenant, mission: Mission, market: Market, facility: Facility
) -> None:
    manager, reader = grades(tenant), a_member(tenant, market.supplier.provider.id, "reader")
    refused: list[tuple[Actor, type[CrrcError]]] = [
        (facility.owner, Forbidden),
        (manager, Forbidden),
        (reader, Forbidden),
        (a_facility(tenant).owner, NotFound),
        (a_supplier(tenant).owner, NotFound),
    ]
    for who, error in refused:
        with pytest.raises(error):
            submit_time_sheet(who, mission.id, TWO)
    submit_time_sheet(market.supplier.owner, mission.id, TWO)
    assert view_time_sheets(market.supplier.owner, mission.id).bill is None
    assert view_time_sheets(reader, mission.id).bill is None
    assert view_time_sheets(manager, mission.id).bill is not None
    for who in (a_facility(tenant).owner, a_supplier(tenant).owner):
        with pytest.raises(NotFound):
            view_time_sheets(who, mission.id)
