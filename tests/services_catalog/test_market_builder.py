"""The builder of markets gives what it says."""

from tenants.models import Tenant
from tests.services_catalog.market import a_facility, a_market


def test_a_market_and_a_facility(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant, establishments=3)
    assert market.line.service_id == market.service.id
    assert len(set(facility.finess_et)) == 3
