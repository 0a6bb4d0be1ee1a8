"""Whatever people do, in whatever order: the ledger sums to zero, nobody owes time, and the statement tells the truth.

On the real database, as the application: each run is a tenant of its own, whose days go by.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookings.models import Mission, TimeMovement, TimePacket
from bookings.service import time_ledger
from bookings.service.time_correction import Correction, correct_time
from bookings.service.time_entries import view_balances
from bookings.service.time_grant import CarryOver, Grant, carry_over_time, grant_time
from bookings.service.time_overview import list_accounts, verify_time
from bookings.service.time_statement import view_account
from bookings.service.time_transfer import Transfer, transfer_time
from kit import clock
from kit.actor import system
from kit.errors import Conflict, Invalid
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.bookings.time_of import a_mission_of_time, balances, siblings
from tests.services_catalog.market import Facility, a_facility, a_service

BEGINS = datetime.fromisoformat("2026-11-22T12:00:00+01:00")
NUMBERS = st.integers(1, 6)
DAYS = st.integers(0, 60)
ANY = st.integers(0, 10_000)


@dataclass
class World:
    """Two facilities of one gestionnaire, a mission for each and one for an establishment."""

    tenant: Tenant
    facilities: list[Facility]
    missions: list[Mission]
    now: datetime = BEGINS
    ended: set[Any] = field(default_factory=set)

    @property
    def today(self) -> date:
        return self.now.date()


class TimeLedger(RuleBasedStateMachine):
    """Everything that may happen to half-days, at random; a refusal is an answer, never a trace."""

    make_tenant: Callable[[], Tenant]

    @initialize()
    def begin(self) -> None:
        tenant = type(self).make_tenant()
        facilities = [a_facility(tenant, establishments=1), a_facility(tenant)]
        siblings(tenant, *facilities)
        version = a_service(tenant, mode="time", half_days=1)[1]
        with clock.frozen(BEGINS):
            missions = [a_mission_of_time(tenant, facility, version) for facility in facilities]
            missions.append(a_mission_of_time(tenant, facilities[0], version, finess_et=facilities[0].finess_et[0]))
        self.world = World(tenant, facilities, missions)

    def attempt(self, act: Callable[[], object]) -> None:
        before = balances(self.world.tenant)
        with clock.frozen(self.world.now):
            try:
                act()
            except (Conflict, Invalid):
                assert balances(self.world.tenant) == before, "a refusal moves nothing"

    def step(self, act: Callable[[Tx], object]) -> None:
        def run() -> None:
            with transaction(system(self.world.tenant.id, "laws")) as tx:
                act(tx)

        self.attempt(run)

    def pick(self, table: type[Any], number: int) -> Any:
        with transaction(system(self.world.tenant.id, "laws")) as tx:
            found = tx.session.query(table).order_by(table.id).all()
        return found[number % len(found)] if found else None

    def place(self, number: int) -> tuple[Facility, str | None]:
        first, second = self.world.facilities
        return [(first, None), (first, first.finess_et[0]), (second, None)][number % 3]

    @rule(where=ANY, half_days=NUMBERS, days=DAYS, later=st.integers(0, 5))
    def grant(self, where: int, half_days: int, days: int, later: int) -> None:
        facility, finess_et = self.place(where)
        starts = self.world.today + timedelta(days=later)
        asked = Grant(facility.organisation.id, half_days, starts + timedelta(days=days), finess_et, starts)
        self.attempt(lambda: grant_time(system(self.world.tenant.id, "laws"), asked))

    @rule(where=ANY, half_days=NUMBERS, days=DAYS)
    def purchase(self, where: int, half_days: int, days: int) -> None:
        facility, finess_et = self.place(where)
        starts, ends = self.world.today, self.world.today + timedelta(days=days)
        owner = facility.organisation.id
        self.step(lambda tx: time_ledger.credit(tx, owner, finess_et, half_days, "order", None, starts, ends))

    @rule(which=ANY, half_days=NUMBERS)
    def reserve(self, which: int, half_days: int) -> None:
        mission = self.world.missions[which % 3]
        self.step(lambda tx: time_ledger.reserve(tx, mission, half_days))

    @rule(which=ANY)
    def release(self, which: int) -> None:
        self.step(lambda tx: time_ledger.release(tx, self.world.missions[which % 3]))

    @rule(which=ANY, half_days=st.integers(0, 8))
    def consume(self, which: int, half_days: int) -> None:
        self.step(lambda tx: time_ledger.consume(tx, self.world.missions[which % 3], half_days))

    @rule(giving=ANY, taking=ANY, half_days=NUMBERS)
    def transfer(self, giving: int, taking: int, half_days: int) -> None:
        (giver, finess_et), (taker, to_finess_et) = self.place(giving), self.place(taking)
        asked = Transfer(giver.organisation.id, half_days, taker.organisation.id, finess_et, to_finess_et)
        self.attempt(lambda: transfer_time(system(self.world.tenant.id, "laws"), asked))

    @rule(which=ANY, half_days=NUMBERS, days=DAYS)
    def carry_over(self, which: int, half_days: int, days: int) -> None:
        packet = self.pick(TimePacket, which)
        if packet is not None:
            asked = CarryOver(packet.id, half_days, packet.expires_on + timedelta(days=days))
            self.attempt(lambda: carry_over_time(system(self.world.tenant.id, "laws"), asked))

    @rule(which=ANY, instead=st.integers(0, 4))
    def correct(self, which: int, instead: int) -> None:
        movement = self.pick(TimeMovement, which)
        if movement is not None:
            number = instead if movement.kind == "consume" else 0
            asked = Correction(movement.id, "Erreur", number)
            self.attempt(lambda: correct_time(system(self.world.tenant.id, "laws"), asked))

    @rule(days=st.integers(1, 20), late=st.booleans())
    def days_go_by(self, days: int, late: bool) -> None:
        """Deadlines fire, unless every worker is stopped."""
        self.world.now += timedelta(days=days)
        if not late:
            with transaction(system(self.world.tenant.id, "laws")) as tx:
                packets = tx.session.query(TimePacket).order_by(TimePacket.expires_on, TimePacket.id).all()
            for packet in packets:
                self.step(lambda tx, packet=packet: time_ledger.expire(tx, packet))  # type: ignore[misc]

    @invariant()
    def the_books_are_true(self) -> None:
        if hasattr(self, "world"):
            found = verify_time(system(self.world.tenant.id, "laws"))
            assert found.is_true, found
            kinds = balances(self.world.tenant)
            assert all(number >= 0 for kind, number in kinds.items() if kind not in ("granted", "purchased"))

    @invariant()
    def nothing_received_is_lost(self) -> None:
        if hasattr(self, "world"):
            lines = list_accounts(system(self.world.tenant.id, "laws")).lines
            assert sum(one.moved for one in lines) == 0

    def teardown(self) -> None:
        """The running balance of a statement is the balance of each of its days, and never negative."""
        if not hasattr(self, "world"):
            return
        actor, last = system(self.world.tenant.id, "laws"), self.world.today
        with clock.frozen(self.world.now):
            for facility in self.world.facilities:
                owner = facility.organisation.id
                since, until = BEGINS.date() + timedelta(days=3), last + timedelta(days=3)
                found = view_account(actor, owner, since, until).statement
                for line in found.lines:
                    assert line.after.available >= 0, "no day ends, and no movement leaves, below zero"
                    assert line.after.reserved >= 0
                for day in {found.since, last, *(line.on for line in found.lines)}:
                    assert view_balances(actor, owner, day).balance == found.on(day)


@pytest.mark.slow
def test_whatever_people_do(make_tenant: Callable[[], Tenant]) -> None:
    TimeLedger.make_tenant = staticmethod(make_tenant)
    run_state_machine_as_test(
        TimeLedger,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )
