"""What is always true of the market, whatever people do and in whatever order: tried at random on the real database.

Facilities order, buy places, wait, answer, cancel; hours pass. The lot never takes more than its maximum, a session
never seats more than it has, and every figure kept is the sum of what it stands for. (The time ledger has its own.)
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from bookings.jobs.waiting import expire_offer
from bookings.models import Booking, Mission, Order, Slot, WaitingEntry
from bookings.rules.states import ORDER
from bookings.service import place
from bookings.service.ordering import cancel_order, order_quote
from bookings.service.quote import ask_quote
from kit import clock
from kit.actor import system
from kit.errors import Conflict
from kit.outbox import Deadline, OutboxMessage
from kit.transaction import transaction
from services_catalog.models import Lot, LotHolder
from tenants.models import Tenant
from tests.bookings.buying import CONTACT
from tests.bookings.planning import NOW, a_session
from tests.services_catalog.market import a_facility, a_lot, a_market, a_price, a_service

MAXIMUM, PLACES = 1_050_000, 3  # seven units at 1 500,00 €
facilities = st.integers(0, 3)
few = st.integers(1, 3)


class Shop(RuleBasedStateMachine):
    """Four facilities, a lot of seven units, a session of three places."""

    tenant: Tenant

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.sessions = a_market(self.tenant, mode="session", maximum_cents=MAXIMUM)
        supplier, self.lot = self.sessions.supplier, self.sessions.lot
        self.service, _ = a_service(self.tenant)
        other = a_lot(self.tenant, supplier, maximum_cents=MAXIMUM)
        a_price(self.tenant, other, supplier, self.service)
        self.lots = (self.lot, other)
        self.slot = a_session(self.tenant, self.sessions, capacity=PLACES)
        self.buyers = [a_facility(self.tenant) for _ in range(4)]
        self.orders: list[tuple[int, UUID]] = []

    def attempt(self, act: Callable[[], Any]) -> Any:
        """Do it now; a refusal is an answer like another."""
        with clock.frozen(self.now):
            try:
                return act()
            except Conflict:
                return None

    @rule(who=facilities, quantity=few)
    def order(self, who: int, quantity: int) -> None:
        buyer = self.buyers[who]

        def act() -> Order:
            quote = ask_quote(buyer.owner, self.service.slug, buyer.organisation.id, quantity)
            return order_quote(buyer.owner, quote.id, {}, CONTACT)

        placed = self.attempt(act)
        if placed is not None:
            self.orders.append((who, placed.id))

    @rule(who=facilities, places=few)
    def buy_places(self, who: int, places: int) -> None:
        buyer = self.buyers[who]
        booking = self.attempt(lambda: place.book_places(buyer.owner, self.slot.id, buyer.organisation.id, places))
        self._remember(who, booking)

    @rule(who=facilities, places=few)
    def wait(self, who: int, places: int) -> None:
        buyer = self.buyers[who]
        self.attempt(lambda: place.join_waiting(buyer.owner, self.slot.id, buyer.organisation.id, places))

    @rule(who=facilities)
    def answer_the_offer(self, who: int) -> None:
        buyer = self.buyers[who]
        booking = self.attempt(lambda: place.take_offer(buyer.owner, self.slot.id, buyer.organisation.id))
        self._remember(who, booking)

    @rule(who=facilities)
    def give_up(self, who: int) -> None:
        buyer = self.buyers[who]
        self.attempt(lambda: place.leave_waiting(buyer.owner, self.slot.id, buyer.organisation.id))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        who, order_id = data.draw(st.sampled_from(self.orders))
        self.attempt(lambda: cancel_order(self.buyers[who].owner, order_id, "Report.", fee_cents=MAXIMUM))

    @rule(hours=st.sampled_from([1, 25, 50]))
    def hours_pass(self, hours: int) -> None:
        """And the bells of the offers that ended ring, twice."""
        self.now += timedelta(hours=hours)
        with clock.frozen(self.now), transaction(system(self.tenant.id, "tests")) as tx:
            due = select(Deadline).where(Deadline.topic == "waiting.offer_expires", Deadline.due_at <= self.now)
            for deadline in tx.session.scalars(due.where(Deadline.done_at.is_(None)).order_by(Deadline.due_at)).all():
                deadline.done_at = self.now
                for _ in range(2):
                    news = OutboxMessage(topic=deadline.topic, subject_id=deadline.subject_id, emitted_at=self.now)
                    expire_offer(tx, news)

    @invariant()
    def the_lot_is_the_sum_of_its_orders(self) -> None:
        with transaction(system(self.tenant.id, "tests")) as tx:
            for one in self.lots:
                lot = tx.session.get_one(Lot, (self.tenant.id, one.id))
                orders = tx.session.scalars(select(Order).where(Order.lot_id == one.id)).all()
                live = sum(order.net_cents for order in orders if order.state in ("placed", "completed"))
                fees = sum(order.fee_cents for order in orders)
                share = tx.session.scalar(select(func.sum(LotHolder.ordered_cents)).where(LotHolder.lot_id == one.id))
                assert lot.ordered_cents == live + fees == share
                assert 0 <= lot.ordered_cents <= MAXIMUM

    @invariant()
    def the_session_seats_those_who_took_a_place(self) -> None:
        with transaction(system(self.tenant.id, "tests")) as tx:
            slot = tx.session.get_one(Slot, (self.tenant.id, self.slot.id))
            taken = tx.session.scalars(select(Booking).where(Booking.state == "taken")).all()
            offered = tx.session.scalars(select(WaitingEntry).where(WaitingEntry.state == "offered")).all()
            assert slot.taken == sum(one.places for one in (*taken, *offered))
            assert slot.taken <= PLACES
            seated = {one.mission_id for one in taken}
            planned = set(tx.session.scalars(select(Mission.id).where(Mission.state == "planned")))
            assert seated == planned

    @invariant()
    def nobody_waits_beside_enough_free_places(self) -> None:
        with transaction(system(self.tenant.id, "tests")) as tx:
            slot = tx.session.get_one(Slot, (self.tenant.id, self.slot.id))
            waiting = tx.session.scalars(select(WaitingEntry).where(WaitingEntry.state == "waiting")).all()
            if self.now < slot.starts_at:
                assert all(one.places > slot.capacity - slot.taken for one in waiting)

    @invariant()
    def an_order_and_its_mission_live_and_die_together(self) -> None:
        with transaction(system(self.tenant.id, "tests")) as tx:
            pairs = tx.session.execute(
                select(Order.state, Mission.state).join(Mission, Mission.order_id == Order.id)
            ).all()
            assert len(pairs) == tx.session.scalar(
                select(func.count()).select_from(Order).where(Order.placed_at.is_not(None))
            )
            assert {(order == "cancelled", mission == "cancelled") for order, mission in pairs} <= {
                (True, True),
                (False, False),
            }
            assert {order for order, _ in pairs} <= set(ORDER.states)

    def _remember(self, who: int, booking: Booking | None) -> None:
        if booking is None:
            return
        with transaction(system(self.tenant.id, "tests")) as tx:
            mission = tx.session.get_one(Mission, (self.tenant.id, booking.mission_id))
            assert mission.order_id is not None
            self.orders.append((who, mission.order_id))


@pytest.mark.slow
def test_whatever_people_do_the_figures_are_true(make_tenant: Callable[..., Tenant]) -> None:
    class OwnShop(Shop):
        def __init__(self) -> None:
            self.tenant = make_tenant()
            super().__init__()

    few_long_stories = settings(max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(OwnShop, settings=few_long_stories)
