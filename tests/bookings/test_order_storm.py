"""Everybody at once on the same rows: orders, seats, half-days, cancellations, expiries. No drift, no deadlock."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from bookings.jobs.time import expire_packet
from bookings.models import Booking, Entitlement, Mission, Order, Slot, TimePacket, WaitingEntry
from bookings.queries.time_ledger import reserved_for
from bookings.service import place
from bookings.service.dropping import drop_mission
from bookings.service.entitlement import order_entitlement
from bookings.service.ordering import cancel_order
from bookings.service.time_booking import TimeBooking, book_time
from bookings.service.time_transfer import Transfer, transfer_time
from kit import clock
from kit.actor import system
from kit.db import uuid7
from kit.errors import Conflict
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from services_catalog.models import Lot, LotHolder
from tenants.models import Tenant
from tests.bookings.buying import CONTACT, NOW, an_entitlement, an_order
from tests.bookings.planning import a_session
from tests.bookings.time_of import books_are_true, half_days_of, siblings
from tests.services_catalog.market import Facility, a_facility, a_market

THREADS, ACTS = 5, 25
CHRISTMAS = datetime(2026, 12, 25, tzinfo=UTC)
OPEN_MISSION = ("created", "assigned")


class Crowd:
    """Two gestionnaires of one SIREN, a session of three places, half-days that expire, rights to both."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.sessions = a_market(tenant, mode="session", maximum_cents=1_500_000)
        self.time = a_market(tenant, mode="time", maximum_cents=1_500_000)
        self.buyers = [a_facility(tenant) for _ in range(2)]
        siblings(tenant, *self.buyers)
        with clock.frozen(NOW):
            self.slot = a_session(tenant, self.sessions, capacity=3)
            for buyer in self.buyers:
                half_days_of(tenant, buyer, 6, date(2026, 12, 20))
            self.rights = [an_entitlement(tenant, self.time, buyer) for buyer in self.buyers]

    def any_of(self, table: Any, *conditions: Any) -> Any:
        with transaction(system(self.tenant.id, "storm")) as tx:
            rows = tx.session.scalars(select(table).where(*conditions)).all()
        return random.choice(rows) if rows else None

    def owner(self, thing: Any) -> Facility:
        return next(one for one in self.buyers if one.organisation.id == thing.organisation_id)

    def order(self) -> None:
        an_order(self.time, random.choice(self.buyers), random.randint(1, 3))

    def use_a_right(self) -> None:
        right = random.choice(self.rights)
        order_entitlement(self.owner(right).owner, right.id, {}, CONTACT)

    def cancel(self) -> None:
        order = self.any_of(Order, Order.state == "placed")
        if order is not None:
            cancel_order(self.owner(order).owner, order.id, "Report.", 10**9)

    def take_a_seat(self) -> None:
        buyer = random.choice(self.buyers)
        place.book_places(buyer.owner, self.slot.id, buyer.organisation.id, random.randint(1, 2))

    def wait(self) -> None:
        buyer = random.choice(self.buyers)
        place.join_waiting(buyer.owner, self.slot.id, buyer.organisation.id, 2)

    def answer(self) -> None:
        buyer = random.choice(self.buyers)
        place.take_offer(buyer.owner, self.slot.id, buyer.organisation.id)

    def book(self) -> None:
        buyer = random.choice(self.buyers)
        book_time(buyer.owner, TimeBooking(buyer.organisation.id, self.time.service.slug, random.randint(1, 3)))

    def drop(self) -> None:
        mission = self.any_of(Mission, Mission.mode == "time", Mission.state.in_(OPEN_MISSION))
        if mission is not None:
            drop_mission(self.owner(mission).owner, mission.id)

    def transfer(self) -> None:
        giver, taker = random.sample(self.buyers, 2)
        transfer_time(giver.owner, Transfer(giver.organisation.id, 2, taker.organisation.id))

    def expire(self) -> None:
        packet = self.any_of(TimePacket)
        with clock.frozen(CHRISTMAS), transaction(system(self.tenant.id, "storm")) as tx:
            news = OutboxMessage(id=uuid7(), topic="time_packet.expire", subject_id=packet.id, emitted_at=tx.now)
            expire_packet(tx, news)

    def live(self, seed: int) -> None:
        """A life of acts; a refusal is an answer like another, anything else is a fault."""
        acts: list[Callable[[], None]] = [self.order, self.use_a_right, self.cancel, self.cancel, self.take_a_seat]
        acts += [self.wait, self.answer, self.book, self.drop, self.transfer, self.expire]
        dice = random.Random(seed)
        with clock.frozen(NOW):
            for _ in range(ACTS):
                try:
                    dice.choice(acts)()
                except Conflict:
                    continue


@pytest.mark.slow
def test_everybody_at_once_and_the_figures_are_true(tenant: Tenant) -> None:
    crowd = Crowd(tenant)
    with ThreadPoolExecutor(THREADS) as pool:
        for one in [pool.submit(copy_context().run, crowd.live, seed) for seed in range(THREADS)]:
            one.result()
    assert books_are_true(tenant)
    with transaction(system(tenant.id, "storm")) as tx:
        for market in (crowd.sessions, crowd.time):
            lot = tx.session.get_one(Lot, (tenant.id, market.lot.id))
            orders = tx.session.scalars(select(Order).where(Order.lot_id == lot.id)).all()
            live = sum(one.net_cents for one in orders if one.state in ("placed", "completed"))
            share = tx.session.scalar(select(func.sum(LotHolder.ordered_cents)).where(LotHolder.lot_id == lot.id))
            assert lot.ordered_cents == live + sum(one.fee_cents for one in orders) == share
        slot = tx.session.get_one(Slot, (tenant.id, crowd.slot.id))
        taken = tx.session.scalars(select(Booking).where(Booking.state == "taken")).all()
        offered = tx.session.scalars(select(WaitingEntry).where(WaitingEntry.state == "offered")).all()
        assert slot.taken == sum(one.places for one in (*taken, *offered)) <= 3
        used = Counter(tx.session.scalars(select(Order.entitlement_id).where(Order.state.in_(("placed", "completed")))))
        for right in tx.session.scalars(select(Entitlement)):
            assert used[right.id] == (1 if right.state == "used" else 0)
        for mission in tx.session.scalars(select(Mission).where(Mission.mode == "time")):
            held = sum(reserved_for(tx.session, mission.id).values())
            assert held == (0 if mission.state == "cancelled" else mission.half_days)
