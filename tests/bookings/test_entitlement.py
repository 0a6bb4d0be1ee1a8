"""A confirmed award becomes a right, opened once, used in one click by one person, never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, select

from bookings.jobs.entitlement import open_from_award, open_with_service
from bookings.models import Entitlement, Mission, Order, Quote
from bookings.service.entitlement import (
    close_entitlement,
    list_entitlements,
    open_entitlement,
    order_entitlement,
    view_entitlement,
)
from bookings.service.ordering import cancel_order, order_quote, refuse_order, set_second_approval
from kit import clock
from kit.actor import Actor, system
from kit.db import uuid7
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from notifications.models import Notification
from services_catalog.models import Lot, Service
from tenants.models import Tenant
from tests.bookings.buying import CONTACT, NOW, a_quote, an_award, an_entitlement
from tests.bookings.test_order import change, missions_of, ordered
from tests.campaigns.files import a_person
from tests.services_catalog.market import a_facility, a_market, a_member


def news(topic: str, subject_id: object) -> OutboxMessage:
    return OutboxMessage(id=uuid7(), topic=topic, subject_id=subject_id, key="", emitted_at=NOW)


def count(tenant: Tenant, table: type) -> int:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalar(select(func.count()).select_from(table)) or 0


def titles(tenant: Tenant) -> list[str]:
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(Notification.title).order_by(Notification.id)))


def state_of(tenant: Tenant, entitlement: Entitlement) -> str:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.get_one(Entitlement, (tenant.id, entitlement.id)).state


def test_a_confirmed_award_opens_its_right_once(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    award = an_award(tenant, facility, market.service.slug, cap_cents=100_000, quantity=2)
    for _ in range(2):
        with transaction(system(tenant.id, "tests")) as tx:
            open_from_award(tx, news("award.confirm", award.id))
    (row, order), *rest = list_entitlements(facility.owner).items
    assert (rest, order) == ([], None)
    opened = row.entitlement
    assert (opened.quantity, opened.ars_share_percent, opened.cap_cents) == (2, 80, 100_000)
    assert (opened.expires_on, opened.contact, opened.state) == (date(2028, 6, 30), CONTACT, "open")
    assert titles(tenant) == []


def test_an_award_that_names_no_service_gives_no_right(tenant: Tenant) -> None:
    award = an_award(tenant, a_facility(tenant), None)
    a_person(tenant, "grades_manager")
    with transaction(system(tenant.id, "tests")) as tx:
        open_from_award(tx, news("award.confirm", award.id))
    assert (count(tenant, Entitlement), titles(tenant)) == (0, [])


def test_a_right_waits_for_its_service_and_the_grades_is_told_once(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    a_person(tenant, "grades_manager")
    change(tenant, Service, market.service.id, state="withdrawn")
    award, unknown = an_award(tenant, facility, market.service.slug), an_award(tenant, facility, "inconnue")
    for one in (award, award, unknown):
        with transaction(system(tenant.id, "tests")) as tx:
            open_from_award(tx, news("award.confirm", one.id))
    assert count(tenant, Entitlement) == 0
    assert len(titles(tenant)) == 2
    change(tenant, Service, market.service.id, state="published")
    for _ in range(2):
        with transaction(system(tenant.id, "tests")) as tx:
            open_with_service(tx, news("service.publish", market.service.id))
    assert count(tenant, Entitlement) == 1
    assert titles(tenant)[2:] == ["Votre prestation financée peut être réservée"]


def test_one_click_makes_the_quote_the_order_and_the_mission(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    right = an_entitlement(tenant, market, facility, cap_cents=100_000)
    with clock.frozen(NOW):
        shown = view_entitlement(facility.owner, right.id)
        assert shown.proposal is not None
        assert (shown.proposal.shares.ars_cents, shown.proposal.shares.remainder_cents) == (100_000, 80_000)
        assert shown.proposal.share_sentence.startswith("L’ARS paie 80\u00a0% du prix TTC, dans la limite")
        order = order_entitlement(facility.owner, right.id, {}, CONTACT)
    assert (order.state, order.entitlement_id, state_of(tenant, right)) == ("placed", right.id, "used")
    (mission,) = missions_of(tenant, order)
    assert (mission.award_id, mission.due_on) == (right.award_id, date(2028, 6, 30))
    with clock.frozen(NOW):
        again = view_entitlement(facility.owner, right.id)
        assert (again.order and again.order.id, again.proposal) == (order.id, None)
        assert order_entitlement(facility.owner, right.id, {}, CONTACT).id == order.id


def test_cancelled_or_refused_the_right_is_there_again(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    right = an_entitlement(tenant, market, facility)
    with clock.frozen(NOW):
        order = order_entitlement(facility.owner, right.id, {}, CONTACT)
        cancel_order(facility.owner, order.id, "Autre date.")
        assert state_of(tenant, right) == "open"
        set_second_approval(facility.owner, facility.organisation.id, True)
        second = order_entitlement(facility.owner, right.id, {}, CONTACT)
        assert (second.state, state_of(tenant, right)) == ("requested", "used")
        refuse_order(a_member(tenant, facility.organisation.id), second.id, "Pas maintenant.")
    assert state_of(tenant, right) == "open"


def test_refused_by_the_ceiling_everything_is_as_it_was(tenant: Tenant) -> None:
    market, facility = a_market(tenant, maximum_cents=100_000), a_facility(tenant)
    right = an_entitlement(tenant, market, facility)
    with clock.frozen(NOW), pytest.raises(Conflict) as refused:
        order_entitlement(facility.owner, right.id, {}, CONTACT)
    assert refused.value.sentence.endswith("Rien n’a été commandé. Votre droit est conservé.")
    assert [count(tenant, table) for table in (Quote, Order, Mission)] == [0, 0, 0]
    assert state_of(tenant, right) == "open"


def test_a_right_ends_with_its_last_day(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    right = an_entitlement(tenant, market, facility, complete_on=date(2026, 11, 21))
    with clock.frozen(NOW), pytest.raises(Conflict, match="jusqu’au 21"):
        order_entitlement(facility.owner, right.id, {}, CONTACT)
    with clock.frozen(NOW):
        assert "jusqu’au 21" in view_entitlement(facility.owner, right.id).refusal


def test_a_closed_right_is_not_used(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    right, grades = an_entitlement(tenant, market, facility), a_person(tenant, "grades_manager")
    with pytest.raises(Forbidden):
        close_entitlement(facility.owner, right.id)
    assert close_entitlement(grades, right.id).state == "closed"
    with clock.frozen(NOW), pytest.raises(Conflict):
        order_entitlement(facility.owner, right.id, {}, CONTACT)


def test_strangers_find_no_right(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    right = an_entitlement(tenant, market, facility)
    for actor in (a_facility(tenant).owner, market.supplier.owner):
        with pytest.raises(NotFound):
            view_entitlement(actor, right.id)
        with pytest.raises(NotFound):
            order_entitlement(actor, right.id, {}, CONTACT)
    assert list_entitlements(a_facility(tenant).owner).items == []
    with pytest.raises(Forbidden):
        list_entitlements(market.supplier.owner)
    reader = a_member(tenant, facility.organisation.id, "reader")
    with pytest.raises(Forbidden):
        order_entitlement(reader, right.id, {}, CONTACT)


def test_an_establishment_of_another_is_refused_by_its_field(tenant: Tenant) -> None:
    market, facility, other = a_market(tenant), a_facility(tenant), a_facility(tenant)
    right = an_entitlement(tenant, market, facility)
    with clock.frozen(NOW), pytest.raises(Invalid) as refused:
        order_entitlement(facility.owner, right.id, {}, CONTACT, other.finess_et[0])
    assert list(refused.value.fields) == ["finess_et"]


def test_told_of_an_award_that_was_not_confirmed(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    award = an_award(tenant, facility, market.service.slug, state="declined", confirmed_at=None)
    with transaction(system(tenant.id, "tests")) as tx:
        assert open_entitlement(tx, award.id) is None


@pytest.mark.slow
def test_two_people_at_once_make_one_order(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    right = an_entitlement(tenant, market, facility)
    people = [facility.owner, *(a_member(tenant, facility.organisation.id) for _ in range(3))]
    start = Barrier(len(people))

    def click(person: Actor) -> object:
        with clock.frozen(NOW):
            start.wait()
            return order_entitlement(person, right.id, {}, CONTACT).id

    with ThreadPoolExecutor(len(people)) as pool:
        orders = set(pool.map(click, people))
    assert len(orders) == 1
    assert [count(tenant, table) for table in (Quote, Order, Mission)] == [1, 1, 1]


@pytest.mark.slow
def test_two_clicks_on_a_quote_at_once_make_one_order(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote, start = a_quote(market, facility), Barrier(4)

    def click(_: int) -> object:
        with clock.frozen(NOW):
            start.wait()
            return order_quote(facility.owner, quote.id, {}, CONTACT).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(click, range(4)))) == 1
    assert ordered(tenant, market) == (150_000, 150_000)


@pytest.mark.slow
def test_the_last_euros_of_a_lot_go_to_as_many_as_they_pay(tenant: Tenant) -> None:
    market = a_market(tenant, maximum_cents=450_000)
    buyers = [a_facility(tenant) for _ in range(12)]
    quotes = [a_quote(market, buyer) for buyer in buyers]
    start = Barrier(4)

    def buy(index: int) -> str:
        if index < 4:
            start.wait()
        with clock.frozen(NOW):
            try:
                return order_quote(buyers[index].owner, quotes[index].id, {}, CONTACT).state
            except CrrcError as error:
                return error.code

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(buy, range(len(buyers))))
    assert sorted(told) == ["conflict"] * 9 + ["placed"] * 3
    assert ordered(tenant, market) == (450_000, 450_000)
    with transaction(system(tenant.id, "tests")) as tx:
        lot = tx.session.get_one(Lot, (tenant.id, market.lot.id))
        assert lot.ordered_cents == lot.maximum_cents
    assert count(tenant, Mission) == 3
