"""Whatever comes and whatever people do with it, in whatever order: nothing is paid twice, and the accounts say so.

On the real database: invoices, credit notes, payments by hand and by the bank's files, matchings, undoings, losses,
refunds, customers recognised. A refusal is an answer, never a trace.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import case, func, select

from billing.models import BankLine, Customer, Invoice, JournalLine, Matching, Payment, Receivable
from billing.service.allocation import match_payment, recognise_payment, refund_payment, undo_matching
from billing.service.bank_statement import import_statement
from billing.service.write_off import write_off
from kit.actor import Actor, system
from kit.errors import CrrcError
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.billing import stories
from tests.billing.bank_files import camt, entry
from tests.billing.rows import a_customer, an_issuer

which = st.integers(0, 1_000)
cents = st.sampled_from([1_000, 2_000, 3_000]) | st.integers(1, 9_000)
IBANS = ("FR1420041010050500013M02606", "DE89370400440532013000", "")
ACTIVE = Matching.undone_at.is_(None)


class Money(RuleBasedStateMachine):
    """Two customers and a stranger."""

    make_tenant: Callable[[], Tenant]

    @initialize()
    def begin(self) -> None:
        self.tenant = type(self).make_tenant()
        self.root: Actor = system(self.tenant.id, "hasard")
        an_issuer(self.tenant)
        self.customers: list[Customer] = [
            a_customer(self.tenant, name=name) for name in ("CH de Brest", "Les Tilleuls")
        ]
        self.day = date(2026, 5, 4)

    def attempt(self, act: Callable[[], Any]) -> None:
        try:
            act()
        except CrrcError:
            return

    def one(self, table: Any, number: int, *conditions: Any) -> Any:
        with transaction(self.root) as tx:
            rows = tx.session.scalars(select(table).where(*conditions).order_by(table.id)).all()
            return rows[number % len(rows)] if rows else None

    @rule(who=st.integers(0, 1), amount=cents)
    def invoice(self, who: int, amount: int) -> None:
        stories.issue(self.tenant, self.customers[who], amount, self.day)

    @rule(number=which, part=cents)
    def credit(self, number: int, part: int) -> None:
        found = self.one(Receivable, number, Receivable.is_credit.is_(False))
        if found is None:
            return
        of = self.one(Invoice, 0, Invoice.id == found.id)
        customer = next(one for one in self.customers if one.id == found.customer_id)
        note = stories.issue(self.tenant, customer, min(part, found.total_cents), self.day, of=of)
        amount = min(note.total_cents, found.open_cents)
        sides = {"invoice_id": of.id, "credit_note_id": note.id}
        self.attempt(lambda: stories.settle(self.tenant, "credit_note", amount, **sides))

    @rule(who=st.none() | st.integers(0, 1), amount=cents)
    def pay(self, who: int | None, amount: int) -> None:
        stories.pay(self.tenant, None if who is None else self.customers[who], amount, self.day)

    @rule(lines=st.lists(st.tuples(cents, which, st.sampled_from(IBANS), st.booleans()), min_size=1, max_size=4))
    def import_a_file(self, lines: list[tuple[int, int, str, bool]]) -> None:
        entries = []
        for amount, number, iban, named in lines:
            found = self.one(Invoice, number, Invoice.state == "issued") if named else None
            entries.append(entry(amount, f"VIR {found.number if found else ''}", name="PAYEUR", iban=iban))
        self.attempt(lambda: import_statement(self.root, "hasard.xml", camt(*entries, entry(-5, "FRAIS"))))

    @rule(payment=which, amounts=st.lists(st.tuples(which, cents), min_size=1, max_size=3))
    def match(self, payment: int, amounts: list[tuple[int, int]]) -> None:
        money = self.one(Payment, payment)
        chosen = {}
        for number, amount in amounts:
            if (found := self.one(Receivable, number)) is not None:
                chosen[found.id] = min(amount, found.open_cents or 1)
        if money is not None:
            self.attempt(lambda: match_payment(self.root, money.id, chosen))

    @rule(number=which)
    def undo(self, number: int) -> None:
        found = self.one(Matching, number)
        if found is not None:
            self.attempt(lambda: undo_matching(self.root, found.id))

    @rule(number=which, amount=cents)
    def lose(self, number: int, amount: int) -> None:
        found = self.one(Receivable, number)
        if found is not None:
            part = min(amount, found.open_cents)
            self.attempt(lambda: write_off(self.root, found.id, part, "Perdu", sure=True))

    @rule(number=which, amount=cents)
    def give_back(self, number: int, amount: int) -> None:
        found = self.one(Payment, number)
        if found is not None:
            part = min(amount, found.open_cents)
            self.attempt(lambda: refund_payment(self.root, found.id, part, "Trop payé"))

    @rule(number=which, who=st.integers(0, 1))
    def recognise(self, number: int, who: int) -> None:
        found = self.one(Payment, number)
        if found is not None:
            self.attempt(lambda: recognise_payment(self.root, found.id, self.customers[who].id))

    @invariant()
    def what_is_open_is_what_was_not_settled(self) -> None:
        if not hasattr(self, "tenant"):
            return
        with transaction(self.root) as tx:
            for side, table in ((Matching.invoice_id, Receivable), (Matching.credit_note_id, Receivable)):
                used = _used(tx, side)
                for row in tx.session.scalars(
                    select(table).where(table.is_credit.is_(side is not Matching.invoice_id))
                ):
                    assert row.open_cents == row.total_cents - used.get(row.id, 0) >= 0
            used = _used(tx, Matching.payment_id)
            for payment in tx.session.scalars(select(Payment)):
                assert payment.open_cents == payment.amount_cents - used.get(payment.id, 0) >= 0

    @invariant()
    def the_accounts_say_the_same(self) -> None:
        if not hasattr(self, "tenant"):
            return
        with transaction(self.root) as tx:
            assert _account(tx) == 0
            for customer in self.customers:
                mine = Receivable.customer_id == customer.id
                sign = case((Receivable.is_credit, -Receivable.open_cents), else_=Receivable.open_cents)
                balance = _sum(tx, sign, mine)
                waiting = _sum(tx, Payment.open_cents, Payment.customer_id == customer.id)
                assert _account(tx, JournalLine.customer_id == customer.id) == balance - waiting
            unknown = _sum(tx, Payment.open_cents, Payment.customer_id.is_(None))
            assert _account(tx, JournalLine.account == "471000") == -unknown
            received = _sum(tx, Payment.amount_cents)
            given_back = _sum(tx, Matching.amount_cents, Matching.kind == "refund", ACTIVE)
            assert _account(tx, JournalLine.account == "512000") == received - given_back
            lines = select(func.count()).select_from(BankLine).where(BankLine.amount_cents > 0)
            assert tx.session.scalar(lines) == _count(tx, Payment.bank_line_id.is_not(None))


def _used(tx: Tx, side: Any) -> dict[Any, int]:
    query = select(side, func.sum(Matching.amount_cents)).where(side.is_not(None), ACTIVE).group_by(side)
    return {one: int(total) for one, total in tx.session.execute(query)}


def _sum(tx: Tx, column: Any, *conditions: Any) -> int:
    return int(tx.session.scalar(select(func.coalesce(func.sum(column), 0)).where(*conditions)) or 0)


def _count(tx: Tx, *conditions: Any) -> int:
    return tx.session.scalar(select(func.count()).select_from(Payment).where(*conditions)) or 0


def _account(tx: Tx, *conditions: Any) -> int:
    return _sum(tx, JournalLine.debit_cents - JournalLine.credit_cents, *conditions)


def test_nothing_is_paid_twice_and_the_accounts_say_so(
    make_tenant: Callable[[], Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Money, "make_tenant", staticmethod(make_tenant), raising=False)
    run_state_machine_as_test(
        Money,
        settings=settings(max_examples=10, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
    )
