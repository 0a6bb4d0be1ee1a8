"""The aged balance: of any day, from facts; by band, customer and kind; equal to the accounts whatever happened."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from billing.models import Customer, Payment, Receivable
from billing.queries.journal import balance_of
from billing.queries.payment import get_payment
from billing.queries.receivables_report import COLUMNS
from billing.rules.ageing import BANDS
from billing.rules.fec_check import check_fec
from billing.service.aged_balance import PAGE, list_aged_balance, view_aged_balance
from billing.service.fec import export_fec, review_fec
from billing.service.payment import recognise
from billing.service.statement import view_statement
from kit import clock
from kit.actor import Actor, anonymous, system
from kit.errors import CrrcError, Invalid
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import a_customer, an_invoice, an_issuer, noon
from tests.billing.stories import issue, pay, settle, undo

START = date(2026, 1, 5)


def who(tenant: Tenant) -> Actor:
    return system(tenant.id, "tests")


def cents_of(tenant: Tenant, on: date, customer: Customer | None = None) -> dict[str, int]:
    """What is not zero of the totals, or of a customer's line."""
    _, lines, totals = list_aged_balance(who(tenant), on)
    found = next((line.cents for line in lines if line.customer_id == customer.id), {}) if customer else totals
    return {key: value for key, value in found.items() if value}


def test_what_is_open_is_where_its_lateness_puts_it(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    with clock.frozen(noon(START)):
        for late, cents in ((0, 1), (1, 10), (31, 100), (61, 1000), (91, 10_000)):
            issue(tenant, customer, cents, START, due_on=START - timedelta(days=late))
        pay(tenant, customer, 5, START)
        pay(tenant, None, 77, START)  # nobody's yet
        assert cents_of(tenant, START, customer) == {
            "not_due": 1,
            "late_30": 10,
            "late_60": 100,
            "late_90": 1000,
            "late_more": 10_000,
            "credit": 5,
            "balance": 11_106,
        }


def test_a_day_long_past_is_as_it_was(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    days = [START + timedelta(days=n) for n in range(6)]
    with clock.frozen(noon(days[1])):
        bill = issue(tenant, customer, 100, days[1], due_on=days[2])
    with clock.frozen(noon(days[3])):
        money = pay(tenant, customer, 60, days[3])
        matching = settle(tenant, "payment", 60, invoice_id=bill.id, payment_id=money.id)
    with clock.frozen(noon(days[5])):
        undo(tenant, matching)
        assert [cents_of(tenant, day) for day in days] == [
            {},
            {"not_due": 100, "balance": 100},
            {"not_due": 100, "balance": 100},
            {"late_30": 40, "balance": 40},
            {"late_30": 40, "balance": 40},
            {"late_30": 100, "credit": 60, "balance": 40},
        ]


Step = tuple[str, int, int, int]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["issue", "credit", "pay", "unknown", "match", "use", "lose", "refund", "undo"]),
            st.integers(0, 3),
            st.integers(0, 3),
            st.integers(1, 400),
        ),
        min_size=4,
        max_size=14,
    )
)
def test_whatever_happened_balances_add_up_and_the_file_is_sound(make_tenant: Any, steps: list[Step]) -> None:
    """Each step on its own day. Aged balance, accounts, statements, open amounts and the FEC say the same."""
    tenant = make_tenant()
    an_issuer(tenant)
    customers = [a_customer(tenant), a_customer(tenant)]
    story: dict[str, list[Any]] = {"bills": [], "credits": [], "money": [], "made": []}
    seen: dict[date, dict[UUID, int]] = {}
    day = START
    for place, step in enumerate(steps):
        day = START + timedelta(days=place * 12)
        with clock.frozen(noon(day)):
            with suppress(CrrcError):  # there was not so much to settle
                play(tenant, customers, story, day, step)
        seen[day] = by_accounts(tenant, customers, day)
    with clock.frozen(noon(day)):
        for on, balances in seen.items():
            _, lines, totals = list_aged_balance(who(tenant), on)
            found = {line.customer_id: line.cents["balance"] for line in lines}
            assert dict.fromkeys(balances, 0) | found == balances
            for cents in [*(line.cents for line in lines), totals]:
                assert cents["balance"] == sum(cents[key] for key, _, _ in BANDS) - cents["credit"]
                assert min(cents[key] for key in COLUMNS if key != "balance") >= 0
        assert open_now(tenant) == seen[day]
        for customer in customers:
            assert view_statement(who(tenant), customer.id).statement.closing_cents == seen[day][customer.id]
        if any(story.values()):
            review = review_fec(who(tenant), 2026)
            assert review.findings == ()
            with export_fec(who(tenant), 2026).content as file:
                text = file.read().decode("iso8859-15")
            assert check_fec(text, 2026) == ()
            lettered(text, tenant)


def play(tenant: Tenant, customers: list[Customer], story: dict[str, list[Any]], day: date, step: Step) -> None:
    """One step; what it needs is chosen among what there is."""
    act, one, other, cents = step
    customer = customers[one % 2]
    bills, credits, money, made = story["bills"], story["credits"], story["money"], story["made"]
    if act == "issue" or (not bills and act not in ("pay", "unknown")):
        bills.append(issue(tenant, customer, cents, day, due_on=day + timedelta(days=one * 30)))
    elif act == "credit":
        bill = bills[one % len(bills)]
        credits.append(issue(tenant, by_id(customers, bill.customer_id), cents, day, of=bill))
    elif act in ("pay", "unknown"):
        money.append(pay(tenant, customer if act == "pay" else None, cents, day))
    elif act == "match" and money:
        sides = {"invoice_id": bills[one % len(bills)].id, "payment_id": money[other % len(money)].id}
        made.append(settle(tenant, "payment", cents, **sides))
    elif act == "use" and credits:
        sides = {"invoice_id": bills[one % len(bills)].id, "credit_note_id": credits[other % len(credits)].id}
        made.append(settle(tenant, "credit_note", cents, **sides))
    elif act == "lose":
        made.append(settle(tenant, "write_off", cents, invoice_id=bills[one % len(bills)].id))
    elif act == "refund" and money:
        made.append(settle(tenant, "refund", cents, payment_id=money[other % len(money)].id))
    elif act == "undo" and made:
        undo(tenant, made[one % len(made)])


def by_id(customers: list[Customer], customer_id: UUID) -> Customer:
    return next(one for one in customers if one.id == customer_id)


def by_accounts(tenant: Tenant, customers: list[Customer], on: date) -> dict[UUID, int]:
    """What each owes by the customers' account."""
    with transaction(who(tenant)) as tx:
        return {one.id: balance_of(tx.session, one.id, on) for one in customers}


def open_now(tenant: Tenant) -> dict[UUID, int]:
    """What each owes by the open amounts that triggers keep."""
    with transaction(who(tenant)) as tx:
        found = dict.fromkeys(tx.session.scalars(select(Customer.id)), 0)
        for row in tx.session.scalars(select(Receivable)):
            found[row.customer_id] += -row.open_cents if row.is_credit else row.open_cents
        for payment in tx.session.scalars(select(Payment).where(Payment.customer_id.is_not(None))):
            assert payment.customer_id is not None
            found[payment.customer_id] -= payment.open_cents
    return found


def lettered(text: str, tenant: Tenant) -> None:
    """A piece that has a letter has nothing open; an invoice that was paid whole has one."""
    rows = [line.split("\t") for line in text.split("\r\n")[1:-1]]
    marked = {row[8] for row in rows if row[13]}
    with transaction(who(tenant)) as tx:
        payments = tx.session.scalars(select(Payment)).all()
    assert not any(payment.open_cents for payment in payments if f"P{payment.id.hex[-10:].upper()}" in marked)


def test_pages_kinds_names_and_orders(tenant: Tenant) -> None:
    an_issuer(tenant)
    with clock.frozen(noon(START)):
        for number in range(PAGE + 2):
            kind = "private" if number % 2 else "public"
            customer = a_customer(tenant, name=f"EHPAD {number:03} 100% « _ »", kind=kind)
            an_invoice(tenant, customer, 100 + number, issued_on=START)
        first, second = (view_aged_balance(who(tenant), page=page) for page in (1, 2))
        assert (first.aged.count, len(first.aged.lines), len(second.aged.lines), first.pages) == (PAGE + 2, PAGE, 2, 2)
        assert first.aged.totals == second.aged.totals
        assert sum(sums["balance"] for _, sums in first.kinds) == first.aged.totals["balance"]
        assert [label for label, _ in first.kinds] == ["Autre organisme public", "Organisme privé"]
        assert view_aged_balance(who(tenant), sort="balance").aged.lines[0].name.startswith("EHPAD 051")
        assert view_aged_balance(who(tenant), text="ehpad 003").aged.count == 1
        assert view_aged_balance(who(tenant), text="%").aged.count == PAGE + 2
        assert view_aged_balance(who(tenant), text="100_").aged.count == 0
        assert view_aged_balance(who(tenant), kind="public").aged.count == PAGE // 2 + 1
        assert view_aged_balance(who(tenant), page=9).aged.lines == []


@pytest.mark.parametrize(
    "asked", [{"on": date(1, 1, 1)}, {"on": date(9999, 12, 31)}, {"kind": "x"}, {"sort": "name; drop"}]
)
def test_what_cannot_be_asked_is_named(tenant: Tenant, asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        view_aged_balance(who(tenant), **asked)
    assert set(refused.value.fields) == set(asked)


def test_it_is_the_gradess_alone(tenant: Tenant) -> None:
    with pytest.raises(CrrcError):
        view_aged_balance(anonymous(tenant.id))


def test_a_payment_is_its_customers_from_the_day_it_was_recognised(tenant: Tenant) -> None:
    an_issuer(tenant)
    one, other = a_customer(tenant), a_customer(tenant)
    days = [START + timedelta(days=n) for n in range(4)]
    with clock.frozen(noon(days[0])):
        money, known = pay(tenant, None, 10, days[0]), pay(tenant, one, 3, days[0])
    for day, payment, customer in ((days[1], money, one), (days[2], known, other), (days[3], money, other)):
        with clock.frozen(noon(day)), transaction(who(tenant)) as tx:
            recognise(tx, get_payment(tx.session, payment.id, lock=True), customer.id)
    with clock.frozen(noon(days[3])):
        for customer, balances in ((one, [-3, -13, -10, 0]), (other, [0, 0, -3, -13])):
            assert [cents_of(tenant, day, customer).get("balance", 0) for day in days] == balances
            assert [by_accounts(tenant, [customer], day)[customer.id] for day in days] == balances
