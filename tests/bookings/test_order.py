"""Orders: placed under the ceiling with their mission or their half-days, approved by a second person, cancelled."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from bookings.models import Mission, Order, TimeAccount, TimePacket
from bookings.service.order import complete_order
from bookings.service.ordering import cancel_order, order_quote, place_order, refuse_order, set_second_approval
from bookings.service.quote import ask_quote
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.transaction import transaction
from services_catalog.models import FrameworkAgreement, Lot, LotHolder, Provider
from tenants.models import Tenant
from tests.bookings.buying import CONTACT, NOW, a_quote, an_order
from tests.campaigns.files import a_person
from tests.services_catalog.market import (
    Market,
    a_facility,
    a_lot,
    a_market,
    a_member,
    a_price,
    a_service,
    a_supplier,
)

SCOPES = frozenset({"order", "quote", "service"})


def missions_of(tenant: Tenant, order: Order) -> list[Mission]:
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(Mission).where(Mission.order_id == order.id)))


def ordered(tenant: Tenant, market: Market) -> tuple[int, int]:
    """What the lot and its holder count."""
    with transaction(system(tenant.id, "tests")) as tx:
        lot = tx.session.get_one(Lot, (tenant.id, market.lot.id))
        holder = tx.session.get_one(LotHolder, (tenant.id, market.lot.id, market.supplier.provider.id))
        return lot.ordered_cents, holder.ordered_cents


def change(tenant: Tenant, table: Any, key: UUID, **columns: Any) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.get_one(table, (tenant.id, key))
        for name, value in columns.items():
            setattr(row, name, value)


def test_an_order_takes_its_part_of_the_lot_and_opens_its_mission(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    order = an_order(market, facility, quantity=2)
    assert (order.state, order.net_cents, order.total_cents) == ("placed", 300_000, 360_000)
    assert ordered(tenant, market) == (300_000, 300_000)
    (mission,) = missions_of(tenant, order)
    assert (mission.state, mission.provider_id, mission.half_days) == ("assigned", market.supplier.provider.id, 4)
    assert mission.department == "35"
    assert order.contact == CONTACT | {"phone": "0299123456"}


def test_an_order_of_time_credits_half_days(tenant: Tenant) -> None:
    market, facility = a_market(tenant, mode="time", unit="day"), a_facility(tenant)
    order = an_order(market, facility, quantity=2)
    with transaction(system(tenant.id, "tests")) as tx:
        (packet,) = tx.session.scalars(select(TimePacket).where(TimePacket.source_id == order.id))
        account = tx.session.scalars(select(TimeAccount).where(TimeAccount.packet_id == packet.id)).all()
    assert {one.kind: one.balance for one in account} == {"available": 4, "reserved": 0}
    assert f"{packet.starts_on} {packet.expires_on}" == "2026-11-22 2027-11-21"
    assert missions_of(tenant, order) == []


def test_a_second_click_finds_the_same_order(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility)
    with clock.frozen(NOW):
        first = order_quote(facility.owner, quote.id, {}, CONTACT)
        assert order_quote(facility.owner, quote.id, {}, CONTACT).id == first.id
    assert ordered(tenant, market) == (150_000, 150_000)


def test_above_the_ceiling_nothing_is_ordered_and_the_quote_is_kept(tenant: Tenant) -> None:
    market, facility = a_market(tenant, maximum_cents=200_000), a_facility(tenant)
    an_order(market, facility)
    quote = a_quote(market, facility)
    with clock.frozen(NOW), pytest.raises(Conflict) as refused:
        order_quote(facility.owner, quote.id, {}, CONTACT)
    assert "il reste 500,00\u00a0€ HT" in refused.value.sentence
    assert f"Le devis {quote.number} est conservé" in refused.value.sentence
    assert ordered(tenant, market) == (150_000, 150_000)


@pytest.mark.parametrize(
    ("days", "words"),
    [(31, "n’est plus valable depuis le 23\u00a0décembre 2026"), (2000, "n’est plus valable")],
)
def test_after_its_last_day_a_quote_is_not_ordered(tenant: Tenant, days: int, words: str) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility)
    with clock.frozen(NOW + timedelta(days=days)), pytest.raises(Conflict, match=words):
        order_quote(facility.owner, quote.id, {}, CONTACT)


def test_on_its_last_day_it_is(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility)
    with clock.frozen(NOW + timedelta(days=30, hours=13)):
        assert order_quote(facility.owner, quote.id, {}, CONTACT).state == "placed"


def test_an_agreement_that_ended_meanwhile_takes_no_order(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility)
    change(tenant, FrameworkAgreement, market.lot.agreement_id, ends_on=NOW.date() - timedelta(days=1))
    with clock.frozen(NOW), pytest.raises(Conflict, match="est terminé depuis le 21"):
        order_quote(facility.owner, quote.id, {}, CONTACT)


def test_a_provider_suspended_meanwhile_takes_no_order(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility)
    change(tenant, Provider, market.supplier.provider.id, state="suspended")
    with clock.frozen(NOW), pytest.raises(Conflict, match="ne peut plus faire cette mission") as refused:
        order_quote(facility.owner, quote.id, {}, CONTACT)
    assert "suspendu" not in refused.value.sentence


def test_a_second_person_places_what_the_first_one_asked(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    set_second_approval(facility.owner, facility.organisation.id, True)
    order = an_order(market, facility)
    assert (order.state, order.placed_at, missions_of(tenant, order)) == ("requested", None, [])
    with clock.frozen(NOW), pytest.raises(Conflict, match="seconde personne"):
        place_order(facility.owner, order.id)
    with clock.frozen(NOW), pytest.raises(Forbidden):
        place_order(a_member(tenant, facility.organisation.id, "reader"), order.id)
    second = a_member(tenant, facility.organisation.id, "editor")
    with clock.frozen(NOW):
        placed = place_order(second, order.id)
        assert place_order(second, order.id).id == placed.id
    assert (placed.state, placed.requested_by, placed.placed_by) == ("placed", facility.owner.user_id, second.user_id)
    assert ordered(tenant, market) == (150_000, 150_000)


def test_only_an_owner_asks_for_a_second_person(tenant: Tenant) -> None:
    facility = a_facility(tenant)
    with pytest.raises(Forbidden):
        set_second_approval(a_member(tenant, facility.organisation.id, "editor"), facility.organisation.id, True)
    with pytest.raises(NotFound):
        set_second_approval(a_facility(tenant).owner, facility.organisation.id, True)


def test_a_program_is_nobodys_second_person(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    set_second_approval(facility.owner, facility.organisation.id, True)
    token = Actor("token", tenant.id, organisations=facility.owner.organisations, scopes=SCOPES)
    order = an_order(market, facility, by=token)
    with clock.frozen(NOW), pytest.raises(Conflict, match="seconde personne"):
        place_order(token, order.id)
    with clock.frozen(NOW):
        assert place_order(facility.owner, order.id).state == "placed"


def test_what_the_grades_asks_waits_for_the_facility(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    grades = a_person(tenant, "grades_manager")
    order = an_order(market, facility, by=grades)
    assert order.state == "requested"
    with clock.frozen(NOW), pytest.raises(Forbidden):
        place_order(grades, order.id)
    with clock.frozen(NOW):
        assert place_order(facility.owner, order.id).state == "placed"


def test_a_refusal_says_why_and_leaves_nothing(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    set_second_approval(facility.owner, facility.organisation.id, True)
    order, second = an_order(market, facility), a_member(tenant, facility.organisation.id)
    with pytest.raises(Invalid) as unsaid:
        refuse_order(second, order.id, "  ")
    assert list(unsaid.value.fields) == ["motive"]
    refused = refuse_order(second, order.id, "Le budget est clos.")
    assert (refused.state, refused.refused_motive) == ("refused", "Le budget est clos.")
    with pytest.raises(Conflict):
        place_order(second, order.id)
    assert ordered(tenant, market) == (0, 0)


def test_strangers_find_nothing(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    order, quote = an_order(market, facility), a_quote(market, facility)
    stranger, other = a_facility(tenant).owner, a_supplier(tenant).owner
    for actor in (stranger, other, market.supplier.owner):
        with pytest.raises(NotFound):
            order_quote(actor, quote.id, {}, CONTACT)
        with pytest.raises(NotFound):
            ask_quote(actor, market.service.slug, facility.organisation.id, 1)
    for actor in (stranger, other):
        with pytest.raises(NotFound):
            cancel_order(actor, order.id, "Non.")
    with pytest.raises(Forbidden):
        cancel_order(market.supplier.owner, order.id, "Non.")


def test_a_provider_orders_nothing(tenant: Tenant) -> None:
    market = a_market(tenant)
    supplier = market.supplier
    with clock.frozen(NOW), pytest.raises(Conflict, match="Un prestataire ne commande pas"):
        ask_quote(supplier.owner, market.service.slug, supplier.provider.id, 1)


def test_odd_details_name_their_fields(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility)
    contact = {"name": " ", "function": "x" * 500, "email": "pas une adresse", "phone": "12"}
    with clock.frozen(NOW), pytest.raises(Invalid) as refused:
        order_quote(facility.owner, quote.id, {"engagement_number": "9" * 51, "service_code": "a\nb"}, contact)
    names = {"contact.name", "contact.function", "contact.email", "contact.phone"}
    assert refused.value.fields.keys() == names | {"engagement_number", "service_code"}


def test_an_order_is_complete_when_its_missions_are_accepted(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    order = an_order(market, facility)
    with transaction(system(tenant.id, "tests")) as tx:
        assert not complete_order(tx, order.id)
    (mission,) = missions_of(tenant, order)
    change(tenant, Mission, mission.id, state="accepted", accepted_at=NOW, delivered_at=NOW)
    with transaction(system(tenant.id, "tests")) as tx:
        assert complete_order(tx, order.id)
        assert not complete_order(tx, order.id)
    with clock.frozen(NOW), pytest.raises(Conflict):
        cancel_order(facility.owner, order.id, "Trop tard.")


def test_a_rule_keeps_away_those_it_does_not_name(tenant: Tenant) -> None:
    market = a_market(tenant)
    rule = {"version": 1, "all": [{"open": True}, {"adherent": True}]}
    facility, other = a_facility(tenant), a_facility(tenant, adherent=False)
    service, version = a_service(tenant, rule=rule)
    a_price(tenant, a_lot(tenant, market.supplier), market.supplier, service)
    ruled = replace(market, service=service, version=version)
    assert a_quote(ruled, facility).net_cents == 150_000
    with pytest.raises(Conflict) as refused:
        a_quote(ruled, other)
    assert "ne peut pas commander" in refused.value.sentence
    assert "adhérent du GRADeS" in refused.value.sentence
