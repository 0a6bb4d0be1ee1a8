"""The price of a facility, from the tables: the register, the adhesion, the facts set by hand, the market."""

from datetime import date

import pytest

from kit.actor import operator, system
from kit.transaction import transaction
from services_catalog.rules.price import Priced, Unpriced
from services_catalog.service.price import price_step, prices_step
from tenants.models import Tenant
from tenants.service.entity import set_attribute
from tests.services_catalog.market import a_facility, a_market

TODAY = date(2026, 11, 22)


def ask(tenant: Tenant, market: object, finess_ej: str, **question: object) -> Priced | Unpriced:
    with transaction(system(tenant.id, "tests")) as tx:
        return price_step(tx, market.service.id, finess_ej, TODAY, 2, **question)[1]  # type: ignore[attr-defined,arg-type]


def test_a_price_from_the_tables(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant, establishments=3)
    with transaction(system(tenant.id, "tests")) as tx:
        found, priced = price_step(tx, market.service.id, facility.finess_ej, TODAY, 2)
    assert (found.establishments, found.departments, found.name) == (3, {"35"}, facility.organisation.name)
    assert isinstance(priced, Priced)
    assert (priced.net_cents, priced.total_cents, priced.line_id) == (300_000, 360_000, market.line.id)


def test_adherents_have_their_tariff(tenant: Tenant) -> None:
    market = a_market(tenant, tariff="adherent")
    assert isinstance(ask(tenant, market, a_facility(tenant).finess_ej), Priced)
    refused = ask(tenant, market, a_facility(tenant, adherent=False).finess_ej)
    assert isinstance(refused, Unpriced)
    assert "non-adhérents" in refused.sentence


def test_a_declared_size_serves_only_where_nothing_is_known(tenant: Tenant) -> None:
    market = a_market(tenant, measure="workstations", size_from=1, size_to=100)
    facility = a_facility(tenant)
    unknown = ask(tenant, market, facility.finess_ej)
    assert isinstance(unknown, Unpriced)
    assert unknown.missing == "workstations"
    assert isinstance(ask(tenant, market, facility.finess_ej, size=80), Priced)
    set_attribute(operator("tests", tenant.id), facility.finess_ej, "workstations", 250)
    assert isinstance(ask(tenant, market, facility.finess_ej, size=80), Unpriced)


@pytest.mark.parametrize("budget", [1_500_000, "1 500 000,50 €", "2000000,99"])
def test_a_budget_set_by_hand_is_read_as_people_write_it(tenant: Tenant, budget: object) -> None:
    """Were it unknown, the facility would declare what it likes."""
    market = a_market(tenant, measure="budget", size_from=1_000_000, size_to=2_000_000)
    facility = a_facility(tenant)
    set_attribute(operator("tests", tenant.id), facility.finess_ej, "budget", budget)
    assert isinstance(ask(tenant, market, facility.finess_ej), Priced)


def test_a_number_the_register_does_not_know(tenant: Tenant) -> None:
    market = a_market(tenant, measure="establishments", size_from=1)
    found = ask(tenant, market, "990000000")
    assert isinstance(found, Unpriced)
    assert found.missing == "establishments"


def test_many_services_cost_the_queries_of_one(tenant: Tenant, statements: list[str]) -> None:
    markets, facility = [a_market(tenant) for _ in range(3)], a_facility(tenant)
    counted = []
    for asked in (markets[:1], markets):
        with transaction(system(tenant.id, "tests")) as tx:
            statements.clear()
            _, prices = prices_step(tx, [market.service.id for market in asked], facility.finess_ej, TODAY)
            counted.append(len(statements))
        assert all(isinstance(price, Priced) for price in prices.values())
    assert counted[0] == counted[1] <= 10
