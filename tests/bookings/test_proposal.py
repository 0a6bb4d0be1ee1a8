"""Who would do it and at what price: the lot's rule, passed on to the next holder when the first cannot."""

from datetime import timedelta

import pytest

from kit.errors import Conflict, Invalid
from services_catalog.models import FrameworkAgreement, Provider, Service
from tenants.models import Tenant
from tests.bookings.buying import NOW, a_quote, an_order
from tests.bookings.test_order import change
from tests.campaigns.files import a_person
from tests.services_catalog.market import (
    Market,
    Supplier,
    a_facility,
    a_lot,
    a_market,
    a_price,
    a_service,
    a_supplier,
)


def two_holders(tenant: Tenant, assignment: str = "ranked") -> tuple[Market, Supplier, Supplier]:
    """A lot with two holders, each with its own price: 1 500 € and 1 200 €."""
    service, version = a_service(tenant)
    first, second = a_supplier(tenant), a_supplier(tenant)
    lot = a_lot(tenant, first, second, assignment=assignment)
    line = a_price(tenant, lot, first, service)
    a_price(tenant, lot, second, service, unit_cents=120_000, code="EX-03")
    return Market(service, version, first, lot, line), first, second


def test_the_first_ranked_does_it(tenant: Tenant) -> None:
    market, first, _ = two_holders(tenant)
    quote = a_quote(market, a_facility(tenant))
    assert (quote.provider_id, quote.net_cents) == (first.provider.id, 150_000)
    assert "premier titulaire disponible du lot 2" in quote.terms["holder"]


def test_the_next_one_does_it_at_its_own_price(tenant: Tenant) -> None:
    market, first, second = two_holders(tenant)
    change(tenant, Provider, first.provider.id, zones=["29"])
    quote = a_quote(market, a_facility(tenant))
    assert (quote.provider_id, quote.net_cents, quote.terms["code"]) == (second.provider.id, 120_000, "EX-03")
    assert first.provider.name in quote.terms["assignment"]
    assert first.provider.name not in quote.terms["holder"]


def test_in_turn_the_second_order_goes_to_the_other(tenant: Tenant) -> None:
    market, first, second = two_holders(tenant, "in_turn")
    orders = [an_order(market, a_facility(tenant)) for _ in range(3)]
    assert [one.provider_id for one in orders] == [first.provider.id, second.provider.id, second.provider.id]


def test_a_holder_without_a_price_is_passed_over(tenant: Tenant) -> None:
    service, version = a_service(tenant)
    silent, priced = a_supplier(tenant), a_supplier(tenant)
    lot = a_lot(tenant, silent, priced, assignment="ranked")
    line = a_price(tenant, lot, priced, service)
    quote = a_quote(Market(service, version, priced, lot, line), a_facility(tenant))
    assert quote.provider_id == priced.provider.id


def test_a_holder_that_is_full_this_month_is_asked_for_the_next_one(tenant: Tenant) -> None:
    market = a_market(tenant)
    order = an_order(market, a_facility(tenant), quantity=20)
    assert order.provider_id == market.supplier.provider.id
    quote = a_quote(market, a_facility(tenant))
    assert "décembre 2026" in quote.terms["assignment"]


def test_nobody_can_and_only_the_grades_reads_why(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant, department="75")
    with pytest.raises(Conflict, match="Aucun titulaire du lot 2 ne peut intervenir") as refused:
        a_quote(market, facility)
    assert market.supplier.provider.name not in refused.value.sentence
    with pytest.raises(Conflict, match=f"{market.supplier.provider.name} n’intervient pas"):
        a_quote(market, facility, by=a_person(tenant, "grades_manager"))


def test_the_grades_may_name_another_holder(tenant: Tenant) -> None:
    market, _, second = two_holders(tenant)
    facility, grades = a_facility(tenant), a_person(tenant, "grades_manager")
    quote = a_quote(market, facility, by=grades, provider_id=second.provider.id)
    assert (quote.provider_id, quote.net_cents) == (second.provider.id, 120_000)
    with pytest.raises(Conflict):
        a_quote(market, facility, by=grades, provider_id=a_supplier(tenant).provider.id)


def test_a_price_for_adherents_alone(tenant: Tenant) -> None:
    market = a_market(tenant, tariff="adherent")
    assert a_quote(market, a_facility(tenant)).net_cents == 150_000
    with pytest.raises(Conflict, match="pas de prix pour les non-adhérents"):
        a_quote(market, a_facility(tenant, adherent=False))


def test_a_quote_ends_with_its_price_or_its_agreement(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    assert a_quote(market, facility).valid_until == NOW.date() + timedelta(days=30)
    sooner = a_market(tenant, ends_on=NOW.date() + timedelta(days=9))
    assert a_quote(sooner, facility).valid_until == NOW.date() + timedelta(days=9)
    change(tenant, FrameworkAgreement, market.lot.agreement_id, ends_on=NOW.date())
    assert a_quote(market, facility).valid_until == NOW.date()


def test_what_is_off_the_catalogue_has_no_quote(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    change(tenant, Service, market.service.id, state="withdrawn")
    with pytest.raises(Conflict, match="pas au catalogue"):
        a_quote(market, facility)


def test_an_establishment_of_ones_own(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant, establishments=2)
    quote = a_quote(market, facility, finess_et=facility.finess_et[1])
    assert quote.terms["site"]["finess_et"] == facility.finess_et[1]
    with pytest.raises(Invalid) as refused:
        a_quote(market, facility, finess_et=a_facility(tenant).finess_et[0])
    assert list(refused.value.fields) == ["finess_et"]
