"""What a day may have changed between a quote and its order: the right, the adhesion, the catalogue, the register."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bookings.models import Order
from bookings.service.ordering import order_quote, place_order, set_second_approval
from finess.models import Establishment
from kit import clock
from kit.actor import system
from kit.db import uuid7
from kit.errors import Conflict
from kit.transaction import transaction
from services_catalog.models import FrameworkAgreement, Service, ServiceVersion
from tenants.models import Adhesion, Tenant
from tests.bookings.buying import CONTACT, NOW, a_quote, an_order
from tests.bookings.test_order import change, missions_of
from tests.services_catalog.market import Facility, Market, a_facility, a_market, a_member

YESTERDAY = NOW.date() - timedelta(days=1)


def leave(tenant: Tenant, facility: Facility) -> None:
    """The adhesion ends yesterday."""
    with transaction(system(tenant.id, "tests")) as tx:
        mine = update(Adhesion).where(Adhesion.finess_ej == facility.finess_ej)
        tx.session.execute(mine.values(until_on=YESTERDAY))


def republish(tenant: Tenant, market: Market, **words: Any) -> None:
    """Another version of the service is on sale."""
    with transaction(system(tenant.id, "tests")) as tx:
        old, service = market.version, tx.session.get_one(Service, (tenant.id, market.service.id))
        service.version = 2
        kept = {name: getattr(old, name) for name in ("service_id", "title", "mode", "half_days", "qualification")}
        document = old.document | words
        tx.add(ServiceVersion(id=uuid7(), number=2, document=document, sha256="1" * 64, published_at=NOW, **kept))


def refused(tenant: Tenant, market: Market, facility: Facility, meanwhile: Any, **asked: Any) -> str:
    """What whoever orders reads when something happened after the quote; nothing is left behind."""
    quote = a_quote(market, facility, **asked)
    meanwhile()
    with clock.frozen(NOW), pytest.raises(Conflict) as conflict:
        order_quote(facility.owner, quote.id, {}, CONTACT)
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.query(Order).count() == 0
    assert f"Le devis {quote.number} est conservé" in conflict.value.sentence
    return conflict.value.sentence


def test_a_price_for_adherents_is_not_ordered_by_who_left(tenant: Tenant) -> None:
    market, facility = a_market(tenant, tariff="adherent"), a_facility(tenant)
    assert "réservé aux adhérents" in refused(tenant, market, facility, lambda: leave(tenant, facility))


def test_nor_under_an_agreement_for_adherents(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    change(tenant, FrameworkAgreement, market.lot.agreement_id, adherents_only=True)
    assert "réservé aux adhérents" in refused(tenant, market, facility, lambda: leave(tenant, facility))


def test_who_left_still_orders_at_the_price_of_everybody(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility)
    leave(tenant, facility)
    with clock.frozen(NOW):
        assert order_quote(facility.owner, quote.id, {}, CONTACT).state == "placed"


def test_a_service_withdrawn_meanwhile_takes_no_order(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    withdraw = lambda: change(tenant, Service, market.service.id, state="withdrawn")  # noqa: E731
    assert "n’est plus au catalogue" in refused(tenant, market, facility, withdraw)


def test_nor_does_one_whose_rule_now_leaves_the_buyer_out(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant, adherent=False)
    rule = {"version": 1, "all": [{"open": True}, {"adherent": True}]}
    assert "ne peut pas commander" in refused(tenant, market, facility, lambda: republish(tenant, market, rule=rule))


def test_another_version_takes_nothing_from_what_was_quoted(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility)
    republish(tenant, market, title="Autre exercice")
    with clock.frozen(NOW):
        order = order_quote(facility.owner, quote.id, {}, CONTACT)
    assert [one.title for one in missions_of(tenant, order)] == [market.version.title]


def test_an_establishment_that_closed_meanwhile_is_said(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant, establishments=2)

    def close() -> None:
        with transaction(system(tenant.id, "tests")) as tx:
            mine = update(Establishment).where(Establishment.finess_et == facility.finess_et[1])
            tx.session.execute(mine.values(is_open=False))

    assert "n’est plus ouvert" in refused(tenant, market, facility, close, finess_et=facility.finess_et[1])


def test_whoever_approves_is_refused_as_whoever_asks(tenant: Tenant) -> None:
    market, facility = a_market(tenant, tariff="adherent"), a_facility(tenant)
    with clock.frozen(NOW):
        set_second_approval(facility.owner, facility.organisation.id, wanted=True)
    order = an_order(market, facility)
    assert order.state == "requested"
    leave(tenant, facility)
    with clock.frozen(NOW), pytest.raises(Conflict, match=r"réservé aux adhérents.*La demande est conservée"):
        place_order(a_member(tenant, facility.organisation.id), order.id)
