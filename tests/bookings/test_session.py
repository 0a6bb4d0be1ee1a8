"""Group sessions: opened, bought in one click, waited for, moved, cancelled. Nothing is sold twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import select

from bookings.jobs.waiting import expire_offer
from bookings.models import Booking, Mission, Order, Slot, WaitingEntry
from bookings.rules.halves import HalfDay
from bookings.service import opening, place
from bookings.service.opening import SessionDetails
from bookings.service.ordering import cancel_order
from bookings.service.session import view_programme, view_session
from kit import clock
from kit.actor import system
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from kit.outbox import Deadline, OutboxMessage
from kit.transaction import transaction
from tenants.models import Organisation, Tenant
from tests.bookings.planning import NOW, THURSDAY, a_mission, a_session
from tests.bookings.test_slot import at_once
from tests.services_catalog.market import Facility, Market, a_facility, a_market, a_member, a_supplier

MORNING = HalfDay(THURSDAY, "am").bounds("Europe/Paris")
BEGUN = MORNING[0]


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant, mode="session")


@pytest.fixture
def now() -> object:
    with clock.frozen(NOW) as frozen:
        yield frozen


def slot_of(tenant: Tenant, slot_id: UUID) -> Slot:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.get_one(Slot, (tenant.id, slot_id))


def states(tenant: Tenant, slot_id: UUID) -> list[str]:
    """Who waits, in order of arrival."""
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(WaitingEntry.state).where(WaitingEntry.slot_id == slot_id).order_by(WaitingEntry.id)
        return list(tx.session.scalars(query))


def book(facility: Facility, slot_id: UUID, places: int = 1) -> Booking:
    return place.book_places(facility.owner, slot_id, facility.organisation.id, places)


def wait(facility: Facility, slot_id: UUID, places: int = 1) -> WaitingEntry:
    return place.join_waiting(facility.owner, slot_id, facility.organisation.id, places)


def take(facility: Facility, slot_id: UUID) -> Booking:
    return place.take_offer(facility.owner, slot_id, facility.organisation.id)


def give_back(tenant: Tenant, facility: Facility) -> None:
    """Cancel the facility's order."""
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(Order.id).where(Order.organisation_id == facility.organisation.id, Order.state == "placed")
        order_id = tx.session.scalars(query).one()
    cancel_order(facility.owner, order_id, "Changement de programme.")


def ring(tenant: Tenant, entry_id: UUID) -> None:
    """The bell of an offer's deadline."""
    with transaction(system(tenant.id, "tests")) as tx:
        expire_offer(tx, OutboxMessage(topic="waiting.offer_expires", subject_id=entry_id, emitted_at=tx.now))


def details(market: Market, **changes: object) -> SessionDetails:
    values = {
        "consultant_id": market.supplier.consultant.id,
        "starts_at": MORNING[0],
        "ends_at": MORNING[1],
        "place": "Rennes, salle Iroise",
        "capacity": 8,
    }
    return SessionDetails(**(values | changes))  # type: ignore[arg-type]


def test_one_click_orders_and_seats(tenant: Tenant, market: Market, now: object) -> None:
    slot, facility = a_session(tenant, market), a_facility(tenant)
    booking = book(facility, slot.id, 2)
    with transaction(system(tenant.id, "tests")) as tx:
        mission = tx.session.get_one(Mission, (tenant.id, booking.mission_id))
        order = tx.session.get_one(Order, (tenant.id, mission.order_id))
    assert (mission.state, mission.starts_at, mission.consultant_id) == ("planned", slot.starts_at, slot.consultant_id)
    assert (order.state, order.net_cents, order.contact["email"]) == ("placed", 300_000, facility.owner.email)
    assert slot_of(tenant, slot.id).taken == 2


def test_a_second_click_orders_nothing_more(tenant: Tenant, market: Market, now: object) -> None:
    slot, facility = a_session(tenant, market), a_facility(tenant)
    act = lambda: book(facility, slot.id)  # noqa: E731
    results = at_once([act, act, act])
    assert sum(isinstance(result, Booking) for result in results) == 1
    with transaction(system(tenant.id, "tests")) as tx:
        assert len(tx.session.scalars(select(Order)).all()) == 1


def test_ten_buyers_for_the_last_two_places(tenant: Tenant, market: Market, now: object) -> None:
    slot = a_session(tenant, market, capacity=2)
    facilities = [a_facility(tenant) for _ in range(10)]
    results = at_once([lambda one=one: book(one, slot.id) for one in facilities])  # type: ignore[misc]
    assert sum(isinstance(result, Booking) for result in results) == 2, results
    assert slot_of(tenant, slot.id).taken == 2
    with transaction(system(tenant.id, "tests")) as tx:
        assert len(tx.session.scalars(select(Order)).all()) == 2


def test_an_organisation_that_wants_a_second_person_orders_first(tenant: Tenant, market: Market, now: object) -> None:
    slot, facility = a_session(tenant, market), a_facility(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(Organisation, (tenant.id, facility.organisation.id)).second_approval = True
    with pytest.raises(Conflict, match="seconde personne"):
        book(facility, slot.id)
    assert slot_of(tenant, slot.id).taken == 0
    # Ordered and approved elsewhere, its mission waits for a date: the same click gives it one and orders nothing.
    mission = a_mission(tenant, market, facility)
    assert view_session(facility.owner, slot.id).seats[0].ordered.id == mission.id  # type: ignore[union-attr]
    assert book(facility, slot.id).mission_id == mission.id


def test_the_grades_seats_a_mission_for_a_facility(tenant: Tenant, market: Market, now: object) -> None:
    slot, mission = a_session(tenant, market), a_mission(tenant, market)
    manager = system(tenant.id, "gradés")
    assert place.seat_mission(manager, slot.id, mission.id).mission_id == mission.id
    with pytest.raises(Conflict, match="n’attend pas de séance"):
        place.seat_mission(manager, slot.id, mission.id)


def test_a_place_given_back_is_offered_in_order_of_arrival(tenant: Tenant, market: Market, now: object) -> None:
    slot = a_session(tenant, market, capacity=1)
    first, second, third = (a_facility(tenant) for _ in range(3))
    book(first, slot.id)
    entry, _ = wait(second, slot.id), wait(third, slot.id)
    assert wait(second, slot.id).id == entry.id
    give_back(tenant, first)
    assert states(tenant, slot.id) == ["offered", "waiting"]
    assert slot_of(tenant, slot.id).taken == 1
    with pytest.raises(Conflict, match="complète"):
        book(first, slot.id)
    with pytest.raises(Conflict):
        take(third, slot.id)
    booking = take(second, slot.id)
    assert booking.organisation_id == second.organisation.id
    assert (states(tenant, slot.id), slot_of(tenant, slot.id).taken) == (["taken", "waiting"], 1)


def test_an_offer_ends_and_goes_to_the_next_one_once(tenant: Tenant, market: Market, now: object) -> None:
    slot = a_session(tenant, market, capacity=1)
    first, second, third = (a_facility(tenant) for _ in range(3))
    book(first, slot.id)
    entry, last = wait(second, slot.id), wait(third, slot.id)
    give_back(tenant, first)
    ring(tenant, entry.id)
    assert states(tenant, slot.id) == ["offered", "waiting"], "not yet over"
    over = NOW + timedelta(hours=48)
    with clock.frozen(over):
        with pytest.raises(Conflict, match="délai"):
            take(second, slot.id)
        ring(tenant, entry.id)
        ring(tenant, entry.id)
        assert states(tenant, slot.id) == ["expired", "offered"]
        assert slot_of(tenant, slot.id).taken == 1
        assert take(third, slot.id).organisation_id == last.organisation_id


def test_the_deadline_of_an_offer_is_due_and_leaves_with_it(tenant: Tenant, market: Market, now: object) -> None:
    slot = a_session(tenant, market, capacity=1)
    first, second = a_facility(tenant), a_facility(tenant)
    book(first, slot.id)
    entry = wait(second, slot.id)
    give_back(tenant, first)
    assert deadlines(tenant, entry.id) == [NOW + timedelta(hours=48)]
    take(second, slot.id)
    assert deadlines(tenant, entry.id) == []


def deadlines(tenant: Tenant, entry_id: UUID) -> list[datetime]:
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(Deadline.due_at).where(Deadline.subject_id == entry_id)))


def test_a_request_too_big_for_what_is_free_lets_the_next_one_pass(tenant: Tenant, market: Market, now: object) -> None:
    slot = a_session(tenant, market, capacity=2)
    first, second, big, small = (a_facility(tenant) for _ in range(4))
    book(first, slot.id)
    book(second, slot.id)
    wait(big, slot.id, 2), wait(small, slot.id)
    give_back(tenant, first)
    assert states(tenant, slot.id) == ["waiting", "offered"]
    place.leave_waiting(small.owner, slot.id, small.organisation.id)
    give_back(tenant, second)
    assert states(tenant, slot.id) == ["offered", "left"]
    assert slot_of(tenant, slot.id).taken == 2


def test_nobody_is_offered_a_place_in_a_session_that_began(tenant: Tenant, market: Market, now: object) -> None:
    slot = a_session(tenant, market, capacity=1)
    first, second, third = (a_facility(tenant) for _ in range(3))
    book(first, slot.id)
    entry, _ = wait(second, slot.id), wait(third, slot.id)
    give_back(tenant, first)
    with clock.frozen(BEGUN):
        ring(tenant, entry.id)
        assert states(tenant, slot.id) == ["expired", "waiting"]
        with pytest.raises(Conflict, match="commencé"):
            wait(first, slot.id)


def test_one_place_and_two_offers_taken_at_once(tenant: Tenant, market: Market, now: object) -> None:
    """The same offer, clicked twice; and a stranger who tries at the same time."""
    slot = a_session(tenant, market, capacity=1)
    first, second, other = (a_facility(tenant) for _ in range(3))
    book(first, slot.id)
    wait(second, slot.id)
    give_back(tenant, first)
    results = at_once([lambda: take(second, slot.id), lambda: take(second, slot.id), lambda: book(other, slot.id)])
    assert sum(isinstance(result, Booking) for result in results) == 1
    assert slot_of(tenant, slot.id).taken == 1


def test_waiting_is_refused_when_there_are_places_or_never_will_be(tenant: Tenant, market: Market, now: object) -> None:
    slot, facility = a_session(tenant, market, capacity=3), a_facility(tenant)
    with pytest.raises(Conflict, match="assez de places"):
        wait(facility, slot.id)
    with pytest.raises(Invalid):
        wait(facility, slot.id, 4)
    with pytest.raises(Invalid):
        book(facility, slot.id, "beaucoup")  # type: ignore[arg-type]


def test_a_session_is_opened_by_its_provider_and_seen_by_all(tenant: Tenant, market: Market, now: object) -> None:
    slot = opening.open_group_session(market.supplier.owner, market.service.slug, details(market))
    facility = a_facility(tenant)
    assert [row.slot.id for row in view_programme(facility.owner).rows] == [slot.id]
    assert view_session(facility.owner, slot.id).present == []
    with pytest.raises(Forbidden):
        opening.cancel_group_session(facility.owner, slot.id)
    other = a_supplier(tenant)
    with pytest.raises(Invalid) as refused:
        opening.open_group_session(other.owner, market.service.slug, details(market))
    assert refused.value.fields.keys() == {"consultant_id"}


def test_a_session_kept_to_one_gestionnaire_does_not_exist_for_others(
    tenant: Tenant, market: Market, now: object
) -> None:
    ours, theirs = a_facility(tenant), a_facility(tenant)
    slot = a_session(tenant, market, organisation_id=ours.organisation.id)
    assert [row.slot.id for row in view_programme(ours.owner).rows] == [slot.id]
    assert view_programme(theirs.owner).rows == []
    with pytest.raises(NotFound):
        book(theirs, slot.id)
    with pytest.raises(NotFound):
        book(Facility(theirs.organisation, "", (), ours.owner), slot.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": NOW}, "starts_at"),
        ({"ends_at": MORNING[0]}, "ends_at"),
        ({"ends_at": MORNING[0] + timedelta(days=9)}, "ends_at"),
        ({"place": " "}, "place"),
        ({"place": "x" * 301}, "place"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 501}, "capacity"),
    ],
)
def test_what_a_session_cannot_be(
    tenant: Tenant, market: Market, now: object, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        opening.open_group_session(market.supplier.owner, market.service.slug, details(market, **changes))
    assert field in refused.value.fields


def test_a_session_moves_with_the_missions_of_who_comes(tenant: Tenant, market: Market, now: object) -> None:
    slot, facility = a_session(tenant, market, capacity=3), a_facility(tenant)
    booking = book(facility, slot.id)
    later = {"starts_at": MORNING[0] + timedelta(days=7), "ends_at": MORNING[1] + timedelta(days=7), "capacity": 1}
    with pytest.raises(Stale):
        opening.change_group_session(market.supplier.owner, slot.id, details(market, **later), revision=9)
    moved = opening.change_group_session(market.supplier.owner, slot.id, details(market, **later), revision=0)
    assert (moved.revision, moved.capacity) == (1, 1)
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get_one(Mission, (tenant.id, booking.mission_id)).starts_at == later["starts_at"]
    with pytest.raises(Invalid):
        opening.change_group_session(market.supplier.owner, slot.id, details(market, capacity=0))


def test_more_capacity_is_offered_to_who_waits(tenant: Tenant, market: Market, now: object) -> None:
    slot = a_session(tenant, market, capacity=1)
    first, second = a_facility(tenant), a_facility(tenant)
    book(first, slot.id)
    wait(second, slot.id)
    opening.change_group_session(market.supplier.owner, slot.id, details(market, capacity=2))
    assert (states(tenant, slot.id), slot_of(tenant, slot.id).taken) == (["offered"], 2)


def test_a_cancelled_session_frees_everybody(tenant: Tenant, market: Market, now: object) -> None:
    slot = a_session(tenant, market, capacity=1)
    first, second = a_facility(tenant), a_facility(tenant)
    booking = book(first, slot.id)
    wait(second, slot.id)
    opening.cancel_group_session(market.supplier.owner, slot.id)
    found = slot_of(tenant, slot.id)
    assert (found.state, found.taken, states(tenant, slot.id)) == ("cancelled", 0, ["left"])
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get_one(Mission, (tenant.id, booking.mission_id)).state == "assigned"
        topics = {row.topic for row in tx.session.scalars(select(OutboxMessage))}
    assert {"slot.cancel", "booking.release", "mission.unplan", "waiting.leave"} <= topics
    again = a_session(tenant, market, half="pm")
    assert book(first, again.id).mission_id == booking.mission_id, "the order stands: it waits for another session"


def test_a_reader_looks_and_a_stranger_sees_nobody(
    tenant: Tenant, market: Market, now: object, make_tenant: Callable[..., Tenant]
) -> None:
    slot, facility = a_session(tenant, market), a_facility(tenant)
    book(facility, slot.id)
    reader = a_member(tenant, facility.organisation.id, "reader")
    page = view_session(reader, slot.id)
    assert (page.keeps, page.present, page.queue, page.seats[0].may_buy) == (False, [], [], False)
    with pytest.raises(Forbidden):
        place.book_places(reader, slot.id, facility.organisation.id)
    elsewhere = SimpleNamespace(id=make_tenant().id)
    with pytest.raises(NotFound):
        view_session(system(elsewhere.id, "tests"), slot.id)
