"""What is always true of invoices, whatever people do and in whatever order: tried at random on the real database.

Invoices are issued, paid, unpaid, credited, corrected, contested, written off; drafts are grouped, edited, discarded.
What was issued reads for ever as on its first day; the series has neither gap nor double; what is open is what was not
settled; the accounts of a customer say the same.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select, text

from billing.models import Customer, Invoice, JournalLine, Matching, Payment, Receivable
from billing.service.contest import answer_contest, contest_invoice
from billing.service.credit import correct, credit
from billing.service.draft import discard_drafts, edit_draft, restore_drafts
from billing.service.grouping import group_drafts
from billing.service.matching import match, unmatch
from billing.service.payment import receive
from billing.service.queueing import queue_drafts
from kit import clock
from kit.actor import system
from kit.errors import CrrcError
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.billing.issuing import NOON, a_manager, issue_all, rows_of, series_is_whole
from tests.billing.rows import EXEMPT, STANDARD, a_customer, a_draft, an_issuer
from tests.services_catalog.market import a_facility

which = st.integers(0, 30)
cents = st.integers(1, 30_000)
FROZEN = """
select i.id, md5(i::text || coalesce((select string_agg(l::text, '|' order by l.id) from invoice_line l
                                      where l.tenant_id = i.tenant_id and l.invoice_id = i.id), ''))
from invoice i where i.state = 'issued'
"""


class Office(RuleBasedStateMachine):
    """Two customers, one exempt; hours pass."""

    tenant: Tenant

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.manager = a_manager(self.tenant)
        facility = a_facility(self.tenant)
        self.owner = facility.owner
        self.customers = (a_customer(self.tenant, facility), a_customer(self.tenant))
        self.seen: dict[UUID, str] = {}
        for rank, customer in enumerate((*self.customers, self.customers[0])):
            a_draft(self.tenant, customer, 12_000, 3_333, vat=(STANDARD, EXEMPT)[rank % 2])
        self.issue()
        for who in (0, 1):
            self.be_paid_by(who, 9_000)

    def attempt(self, act: Callable[[], Any]) -> Any:
        """Do it now; a refusal is an answer like another."""
        self.now += timedelta(minutes=7)
        with clock.frozen(self.now):
            try:
                return act()
            except CrrcError:
                return None

    def step(self, act: Callable[[Tx], Any]) -> None:
        """The same, for a step."""

        def inside() -> None:
            with transaction(system(self.tenant.id, "hasard")) as tx:
                act(tx)

        self.attempt(inside)

    def one(self, table: Any, number: int, *conditions: Any) -> Any:
        """One of the rows, or None."""
        rows = sorted(rows_of(self.tenant, table, *conditions), key=lambda row: row.id)
        return rows[number % len(rows)] if rows else None

    def invoice(self, number: int) -> Any:
        """Something that was issued."""
        return self.one(Invoice, number, Invoice.state == "issued")

    @rule(who=st.integers(0, 1), totals=st.lists(cents, min_size=1, max_size=3))
    def draft(self, who: int, totals: list[int]) -> None:
        a_draft(self.tenant, self.customers[who], *totals, vat=(STANDARD, EXEMPT)[who])

    @rule()
    def issue_drafts(self) -> None:
        self.issue()

    def issue(self) -> None:
        """Issue every draft that may be."""
        ids = [one.id for one in rows_of(self.tenant, Invoice, Invoice.state == "draft")]
        if ids:
            self.attempt(lambda: queue_drafts(self.manager, ids))
        issue_all(self.tenant, self.now)

    @rule(number=which, part=st.one_of(st.none(), cents))
    def credit(self, number: int, part: int | None) -> None:
        found = self.invoice(number)
        if found is None:
            return
        self.attempt(lambda: credit(self.manager, found.id, self.of_first_line(found, part), "Prestation incomplète"))

    def of_first_line(self, found: Any, part: int | None) -> dict[UUID, int] | None:
        """So much of its first line; None for everything."""
        if part is None:
            return None
        with transaction(system(self.tenant.id, "hasard")) as tx:
            line = tx.session.execute(text("select id from invoice_line where invoice_id = :id"), {"id": found.id})
            return {line.scalars().first(): part}

    @rule(number=which)
    def correct(self, number: int) -> None:
        found = self.invoice(number)
        if found is not None:
            self.attempt(lambda: correct(self.manager, found.id, "Mauvais service"))

    @rule(who=st.one_of(st.none(), st.integers(0, 1)), amount=cents)
    def be_paid(self, who: int | None, amount: int) -> None:
        self.be_paid_by(who, amount)

    def be_paid_by(self, who: int | None, amount: int) -> None:
        """Money comes, from somebody or nobody knows whom."""
        customer = None if who is None else self.customers[who].id
        self.step(
            lambda tx: receive(
                tx, kind="transfer", amount_cents=amount, received_on=self.now.date(), customer_id=customer
            )
        )

    @rule(number=which, payment=which, amount=cents)
    def match_a_payment(self, number: int, payment: int, amount: int) -> None:
        found, money = self.invoice(number), self.one(Payment, payment)
        if found is not None and money is not None:
            sides: Any = {"invoice_id": found.id, "payment_id": money.id}
            self.step(lambda tx: match(tx, kind="payment", amount_cents=amount, reason="au hasard", **sides))

    @rule(number=which, amount=cents)
    def write_off(self, number: int, amount: int) -> None:
        found = self.invoice(number)
        if found is not None:
            self.step(lambda tx: match(tx, kind="write_off", amount_cents=amount, reason="perdu", invoice_id=found.id))

    @rule(payment=which, amount=cents)
    def give_back(self, payment: int, amount: int) -> None:
        money = self.one(Payment, payment)
        if money is not None:
            self.step(
                lambda tx: match(tx, kind="refund", amount_cents=amount, reason="trop-perçu", payment_id=money.id)
            )

    @rule(number=which)
    def undo(self, number: int) -> None:
        made = self.one(Matching, number)
        if made is not None:
            self.step(lambda tx: unmatch(tx, made.id))

    @rule(number=which)
    def contest(self, number: int) -> None:
        found = self.invoice(number)
        if found is not None:
            self.attempt(lambda: contest_invoice(self.owner, found.id, "Nous n’avons pas reçu le rapport."))
            self.attempt(lambda: answer_contest(self.manager, found.id, "Le rapport a été remis le 3."))

    @rule(number=which)
    def meddle(self, number: int) -> None:
        """Everything that is meant for drafts, tried on what is issued."""
        found = self.invoice(number)
        if found is None:
            return
        self.attempt(lambda: edit_draft(self.manager, found.id, found.revision, {"purchaser_reference": "autre"}))
        self.attempt(lambda: discard_drafts(self.manager, [found.id]))
        self.attempt(lambda: restore_drafts(self.manager, [found.id]))
        self.attempt(lambda: queue_drafts(self.manager, [found.id]))
        ids = [one.id for one in rows_of(self.tenant, Invoice, Invoice.customer_id == found.customer_id)]
        self.attempt(lambda: group_drafts(self.manager, ids[:5]))

    @rule(number=which)
    def group(self, number: int) -> None:
        customer = self.customers[number % 2].id
        ids = [
            one.id for one in rows_of(self.tenant, Invoice, Invoice.state == "draft", Invoice.customer_id == customer)
        ]
        if len(ids) > 1:
            self.attempt(lambda: group_drafts(self.manager, ids))

    @invariant()
    def what_is_issued_reads_as_on_its_first_day(self) -> None:
        with transaction(system(self.tenant.id, "hasard")) as tx:
            now = {row[0]: row[1] for row in tx.session.execute(text(FROZEN))}
        assert {key: now.get(key) for key in self.seen} == self.seen
        self.seen = now

    @invariant()
    def numbers_have_neither_gap_nor_double(self) -> None:
        series_is_whole(self.tenant)

    @invariant()
    def what_is_open_is_what_nothing_settled(self) -> None:
        done = [one for one in rows_of(self.tenant, Matching) if one.undone_at is None]
        for row in rows_of(self.tenant, Receivable):
            settled = sum(one.amount_cents for one in done if row.id in (one.invoice_id, one.credit_note_id))
            assert row.open_cents == row.total_cents - settled
        for money in rows_of(self.tenant, Payment):
            assert money.open_cents == money.amount_cents - sum(
                one.amount_cents for one in done if one.payment_id == money.id
            )

    @invariant()
    def the_accounts_say_the_same(self) -> None:
        """A customer's account is what is open, less its credit notes and the money that pays nothing yet."""
        for customer in self.customers:
            assert self.booked(customer) == self.owed(customer)

    def booked(self, customer: Customer) -> int:
        """Debits less credits of the customer."""
        with transaction(system(self.tenant.id, "hasard")) as tx:
            query = select(func.sum(JournalLine.debit_cents - JournalLine.credit_cents))
            return int(tx.session.scalar(query.where(JournalLine.customer_id == customer.id)) or 0)

    def owed(self, customer: Customer) -> int:
        """What it owes, all things counted."""
        rows = rows_of(self.tenant, Receivable, Receivable.customer_id == customer.id)
        money = rows_of(self.tenant, Payment, Payment.customer_id == customer.id)
        open_cents = sum(-row.open_cents if row.is_credit else row.open_cents for row in rows)
        return open_cents - sum(one.open_cents for one in money)


@pytest.mark.slow
def test_whatever_people_do(make_tenant: Callable[..., Tenant]) -> None:
    class Anything(Office):
        def __init__(self) -> None:
            type(self).tenant = make_tenant()
            an_issuer(self.tenant)
            super().__init__()

    run_state_machine_as_test(
        Anything,
        settings=settings(max_examples=15, stateful_step_count=40, suppress_health_check=list(HealthCheck)),
    )
