"""Subscriptions make a draft for each calendar period that begins, once, however late the worker is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from billing.jobs.subscription import charge_period
from billing.models import Customer, Invoice, InvoiceLine, Subscription
from billing.service.subscription import charge_due, create_subscription, end_subscription, view_subscription
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.outbox import Deadline, OutboxMessage
from kit.relay import deliver, fire_due, listener_name
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import a_customer, an_issuer, owned_by
from tests.bookings.time_of import grades
from tests.services_catalog.market import Facility, a_facility

TERMS: dict[str, Any] = {
    "title": "RSSI partagé, suivi annuel",
    "period": "quarter",
    "amount": "900,00",
    "proration": "month",
    "starts_on": "10/02/2027",
    "ends_on": "",
    "service_id": "",
    "engagement_number": "4500",
}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(datetime(2026, 11, 22, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    an_issuer(tenant)
    return a_facility(tenant)


@pytest.fixture
def customer(tenant: Tenant, facility: Facility) -> Customer:
    return a_customer(tenant, facility)


@pytest.fixture
def boss(tenant: Tenant, customer: Customer) -> Actor:
    return grades(tenant)


def live(tenant: Tenant, on: str) -> None:
    """Noon of a day in Paris: fire what is due and react, twice."""
    with clock.frozen(datetime.fromisoformat(f"{on}T12:00:00+01:00")):
        fire_due(tenant.id)
        with transaction(system(tenant.id, "tests")) as tx:
            query = select(OutboxMessage.id).where(OutboxMessage.topic == "subscription.charge")
            messages = list(tx.session.scalars(query.order_by(OutboxMessage.id)))
        for message_id in messages:
            for _ in range(2):
                deliver(SUBSCRIPTIONS, tenant.id, message_id, listener_name(charge_period))


def drafts(tenant: Tenant) -> list[tuple[date, date, int, str]]:
    """(first day, last day, net, detail) of every line charged."""
    with transaction(system(tenant.id, "tests")) as tx:
        lines = tx.session.scalars(select(InvoiceLine).order_by(InvoiceLine.source_key)).all()
        return [(one.period_starts_on, one.period_ends_on, one.net_cents, one.detail) for one in lines]  # type: ignore[misc]


def test_each_period_makes_its_draft(tenant: Tenant, customer: Customer, boss: Actor) -> None:
    one = create_subscription(boss, customer.id, TERMS)
    assert drafts(tenant) == []
    live(tenant, "2027-02-09")
    assert drafts(tenant) == []
    live(tenant, "2027-02-10")
    first = (date(2027, 2, 10), date(2027, 3, 31), 60_000, "1er trimestre 2027, du 10/02/2027 au 31/03/2027")
    assert drafts(tenant) == [first]
    live(tenant, "2027-04-01")
    assert drafts(tenant) == [first, (date(2027, 4, 1), date(2027, 6, 30), 90_000, "2e trimestre 2027")]
    assert view_subscription(boss, one.id).next_on == date(2027, 7, 1)
    with transaction(system(tenant.id, "tests")) as tx:
        invoice = tx.session.scalars(select(Invoice).order_by(Invoice.id)).first()
        assert invoice is not None
        said = (invoice.state, invoice.net_cents, invoice.vat_cents, invoice.total_cents, invoice.engagement_number)
    assert said == ("draft", 60_000, 12_000, 72_000, "4500")


def test_a_worker_down_for_a_year_catches_up_once(tenant: Tenant, customer: Customer, boss: Actor) -> None:
    create_subscription(boss, customer.id, TERMS)
    live(tenant, "2028-01-02")
    live(tenant, "2028-01-02")
    assert [first for first, *_ in drafts(tenant)] == [
        date(2027, 2, 10),
        date(2027, 4, 1),
        date(2027, 7, 1),
        date(2027, 10, 1),
        date(2028, 1, 1),
    ]
    assert sum(net for _, _, net, _ in drafts(tenant)[:4]) == 330_000


def test_what_began_before_today_is_drafted_at_once(tenant: Tenant, customer: Customer, boss: Actor) -> None:
    create_subscription(boss, customer.id, TERMS | {"starts_on": "2026-01-01", "period": "month", "amount": "100"})
    assert len(drafts(tenant)) == 11
    assert {net for _, _, net, _ in drafts(tenant)} == {10_000}


def test_an_end_cuts_its_last_period(tenant: Tenant, customer: Customer, boss: Actor) -> None:
    one = create_subscription(boss, customer.id, TERMS)
    live(tenant, "2027-02-10")
    with clock.frozen(datetime(2027, 3, 1, 10, tzinfo=UTC)):
        with pytest.raises(Invalid):
            end_subscription(boss, one.id, "09/02/2027")
        with pytest.raises(Invalid):
            end_subscription(boss, one.id, "bientôt")
        end_subscription(boss, one.id, "31/05/2027")
        with pytest.raises(Conflict, match="déjà terminé"):
            end_subscription(boss, one.id, "31/05/2027")
    live(tenant, "2028-05-01")
    assert [(first, last, net) for first, last, net, _ in drafts(tenant)[1:]] == [
        (date(2027, 4, 1), date(2027, 5, 31), 60_000)
    ]
    with transaction(system(tenant.id, "tests")) as tx:
        waiting = tx.session.scalars(select(Deadline).where(Deadline.done_at.is_(None))).all()
        assert [one.topic for one in waiting if one.topic == "subscription.charge"] == []


def test_end_and_start_anew_changes_the_price_and_adds_up(tenant: Tenant, customer: Customer, boss: Actor) -> None:
    year = TERMS | {"period": "year", "amount": "1200", "starts_on": "2027-01-01"}
    old = create_subscription(boss, customer.id, year)
    end_subscription(boss, old.id, "2027-04-14")
    create_subscription(boss, customer.id, year | {"starts_on": "2027-04-15", "amount": "2400"})
    live(tenant, "2027-12-31")
    assert [net for *_, net, _ in drafts(tenant)] == [30_000, 180_000]


def test_two_workers_at_once_charge_a_period_once(tenant: Tenant, customer: Customer, boss: Actor) -> None:
    one = create_subscription(boss, customer.id, TERMS)

    def work() -> None:
        with (
            clock.frozen(datetime(2027, 7, 1, 10, tzinfo=UTC)),
            transaction(system(tenant.id, "tests")) as tx,
        ):
            charge_due(tx, tx.session.get_one(Subscription, (tenant.id, one.id), with_for_update=True))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drafts(tenant)) == 3
    assert owned_by(tenant, Subscription, one.id).billed_until == date(2027, 9, 30)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("amount", "12,345"),
        ("amount", "-3"),
        ("amount", "0"),
        ("period", "week"),
        ("proration", "hour"),
        ("starts_on", "demain"),
        ("starts_on", "01/01/1999"),
        ("ends_on", "01/01/2027"),
        ("service_id", "01890000-0000-7000-8000-000000000000"),
        ("engagement_number", "x" * 51),
    ],
)
def test_what_cannot_be_is_said_by_field(
    tenant: Tenant, customer: Customer, boss: Actor, field: str, value: str
) -> None:
    with pytest.raises(Invalid) as refused:
        create_subscription(boss, customer.id, TERMS | {field: value})
    assert set(refused.value.fields) == {field}
    assert drafts(tenant) == []


def test_a_form_has_no_price_in_cents(customer: Customer, boss: Actor) -> None:
    """Programs send one; what a page posts under its name is a text like any other."""
    made = create_subscription(boss, customer.id, TERMS | {"period_cents": "NaN"})
    assert made.period_cents == 90_000


def test_only_the_grades_subscribes(tenant: Tenant, facility: Facility, customer: Customer, boss: Actor) -> None:
    one = create_subscription(boss, customer.id, TERMS)
    for act in (
        lambda: create_subscription(facility.owner, customer.id, TERMS),
        lambda: end_subscription(facility.owner, one.id, "2028-01-01"),
        lambda: view_subscription(facility.owner, one.id),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(NotFound):
        create_subscription(boss, one.id, TERMS)
