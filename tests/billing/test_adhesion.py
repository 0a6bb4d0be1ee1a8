"""Adhesion fees: the preview says who owes what and why; preparing makes a draft each, once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from billing.jobs.adhesion import charge_fee
from billing.models import Customer, Invoice, InvoiceLine
from billing.service.adhesion import open_stranger, prepare_fees, remove_tariff, set_tariff, view_year
from billing.service.customer import customer_of
from finess import models as register
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.outbox import OutboxMessage
from kit.relay import deliver, listener_name
from kit.transaction import transaction
from tenants.models import Adhesion, Organisation, Tenant
from tests.billing.rows import an_issuer
from tests.bookings.time_of import grades
from tests.campaigns.files import an_edition
from tests.services_catalog.market import a_facility

SMALL = {"from_establishments": "1", "amount": "500", "proration": "month"}
LARGE = {"from_establishments": "3", "amount": "1 200,00", "proration": "month"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(datetime(2026, 12, 1, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def boss(tenant: Tenant) -> Actor:
    an_issuer(tenant)
    found = grades(tenant)
    for line in (SMALL, LARGE):
        set_tariff(found, 2027, line)
    return found


def adhere(tenant: Tenant, finess_ej: str, since: date, until: date | None = None) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(Adhesion(finess_ej=finess_ej, since_on=since, until_on=until))


def drafts(tenant: Tenant) -> list[tuple[str, int]]:
    with transaction(system(tenant.id, "tests")) as tx:
        rows = tx.session.execute(
            select(Customer.name, Invoice.total_cents)
            .join(Customer, Customer.id == Invoice.customer_id)
            .order_by(Customer.name)
        )
        return [(name, cents) for name, cents in rows]


def prepare(tenant: Tenant, boss: Actor, year: int = 2027) -> int:
    found = view_year(boss, year)
    asked = prepare_fees(boss, year, len(found.ready), found.total_cents)
    assert view_year(boss, year).pending == asked
    work(tenant)
    return asked


def work(tenant: Tenant) -> None:
    """The workers do what they are asked, twice."""
    with transaction(system(tenant.id, "tests")) as tx:
        messages = tx.session.scalars(select(OutboxMessage.id).where(OutboxMessage.topic == "adhesion_fee.charge"))
        ids = list(messages)
    for message_id in ids * 2:
        deliver(SUBSCRIPTIONS, tenant.id, message_id, listener_name(charge_fee))


def test_who_owes_what_then_a_draft_each_once(tenant: Tenant, boss: Actor) -> None:
    small, large = a_facility(tenant, establishments=2), a_facility(tenant, establishments=4)
    joined = a_facility(tenant, adherent=False)
    adhere(tenant, joined.finess_ej, date(2027, 10, 20))
    gone, none = a_facility(tenant, adherent=False), a_facility(tenant, establishments=0)
    adhere(tenant, gone.finess_ej, date(2024, 1, 1), date(2026, 12, 31))
    found = view_year(boss, 2027)
    assert {fee.member.finess_ej: fee.net_cents for fee in found.ready} == {
        small.finess_ej: 50_000,
        large.finess_ej: 120_000,
        joined.finess_ej: 12_500,
    }
    assert [(fee.member.finess_ej, fee.left_out) for fee in found.left_out] == [(none.finess_ej, "no_tariff")]
    assert prepare(tenant, boss) == 3
    assert sorted(cents for _, cents in drafts(tenant)) == [15_000, 60_000, 144_000]
    again = view_year(boss, 2027)
    assert (list(again.ready), again.charged) == ([], {"draft": (3, 182_500)})
    assert prepare(tenant, boss) == 0
    with transaction(system(tenant.id, "tests")) as tx:
        line = tx.session.scalars(select(InvoiceLine).where(InvoiceLine.net_cents == 12_500)).one()
        assert line.source_key == f"{joined.finess_ej}:2027-10-20:2027"
        assert (line.period_starts_on, line.period_ends_on) == (date(2027, 10, 20), date(2027, 12, 31))
        assert (line.designation, line.subject) == ("Cotisation 2027", "adhesion")


def test_an_adherent_without_account_is_apart_until_it_is_a_customer(tenant: Tenant, boss: Actor) -> None:
    finess_ej = "290000017"
    with transaction(system(tenant.id, "tests")) as tx:
        edition = an_edition(tx)
        if tx.session.scalar(select(register.LegalEntity).where(register.LegalEntity.finess_ej == finess_ej)) is None:
            place: dict[str, Any] = {"department": "29", "search_text": "brest", "is_open": True}
            place |= {"first_edition": edition}
            tx.add(register.LegalEntity(finess_ej=finess_ej, name="CHU DE BREST", **place))
            tx.add(register.Establishment(finess_et="290004324", finess_ej=finess_ej, name="CHU", **place))
    adhere(tenant, finess_ej, date(2025, 1, 1))
    adhere(tenant, "350000055", date(2025, 1, 1))
    left = {fee.member.finess_ej: fee.left_out for fee in view_year(boss, 2027).left_out}
    assert left == {finess_ej: "no_customer", "350000055": "no_register"}
    with pytest.raises(NotFound):
        open_stranger(boss, "350000055")
    customer_id = open_stranger(boss, finess_ej)
    assert open_stranger(boss, finess_ej) == customer_id
    assert prepare(tenant, boss) == 1
    with transaction(system(tenant.id, "tests")) as tx:
        invoice = tx.session.scalars(select(Invoice)).one()
        assert (invoice.organisation_id, invoice.customer_id, invoice.total_cents) == (None, customer_id, 60_000)
        organisation = tx.add(Organisation(finess_ej=finess_ej, name="CHU de Brest", created_at=tx.now))
        tx.session.flush()
        assert customer_of(tx, organisation.id).id == customer_id  # it has an account now: it is the same customer
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.scalars(select(Invoice)).one().organisation_id == organisation.id, "and its draft follows"
    assert view_year(boss, 2027).left_out[0].left_out == "no_register"


def test_a_fee_due_in_entire_is_due_once_a_year_by_whoever_left_and_came_back(tenant: Tenant, boss: Actor) -> None:
    set_tariff(boss, 2027, SMALL | {"proration": "none"})
    back = a_facility(tenant, adherent=False)
    adhere(tenant, back.finess_ej, date(2026, 1, 1), date(2027, 3, 15))
    adhere(tenant, back.finess_ej, date(2027, 6, 1))
    found = view_year(boss, 2027)
    assert [(fee.starts_on, fee.net_cents) for fee in found.ready] == [(date(2027, 1, 1), 50_000)]
    assert [(fee.starts_on, fee.left_out) for fee in found.left_out] == [(date(2027, 6, 1), "once")]
    assert prepare(tenant, boss) == 1
    assert [cents for _, cents in drafts(tenant)] == [60_000]
    set_tariff(boss, 2027, SMALL)
    (again,) = view_year(boss, 2027).ready
    assert again.starts_on == date(2027, 6, 1), "by months, each adhesion owes its own"


def test_what_was_read_is_what_is_prepared(tenant: Tenant, boss: Actor) -> None:
    a_facility(tenant)
    found = view_year(boss, 2027)
    set_tariff(boss, 2027, SMALL | {"amount": "600"})
    with pytest.raises(Conflict, match="relisez l’aperçu"):
        prepare_fees(boss, 2027, len(found.ready), found.total_cents)
    assert drafts(tenant) == []
    assert prepare(tenant, boss) == 1
    set_tariff(boss, 2027, SMALL | {"amount": "700"})
    assert prepare(tenant, boss) == 0
    assert [cents for _, cents in drafts(tenant)] == [72_000]


def test_a_tariff_changed_before_the_worker_comes_charges_nothing(tenant: Tenant, boss: Actor) -> None:
    a_facility(tenant)
    found = view_year(boss, 2027)
    assert prepare_fees(boss, 2027, len(found.ready), found.total_cents) == 1
    set_tariff(boss, 2027, SMALL | {"amount": "600"})
    work(tenant)
    assert drafts(tenant) == []
    assert [fee.net_cents for fee in view_year(boss, 2027).ready] == [60_000]


def test_two_people_preparing_at_once_make_one_draft_each(tenant: Tenant, boss: Actor) -> None:
    for _ in range(3):
        a_facility(tenant)
    found, made = view_year(boss, 2027), []

    def click() -> None:
        try:
            made.append(prepare_fees(boss, 2027, 3, found.total_cents))
        except Conflict:
            made.append(0)

    threads = [Thread(target=click) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(made) == [0, 0, 3]
    work(tenant)
    assert len(drafts(tenant)) == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from_establishments", "-1"),
        ("from_establishments", "un"),
        ("amount", "12,345"),
        ("amount", "0"),
        ("proration", "week"),
    ],
)
def test_a_tariff_that_cannot_be_is_said_by_field(boss: Actor, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_tariff(boss, 2027, SMALL | {field: value})
    assert set(refused.value.fields) == {field}


def test_a_line_of_a_tariff_is_removed(tenant: Tenant, boss: Actor) -> None:
    first, _ = view_year(boss, 2027).tariffs
    facility = a_facility(tenant)
    with pytest.raises(Forbidden):
        remove_tariff(facility.owner, first.id)
    assert remove_tariff(boss, first.id) == 2027
    assert [one.from_establishments for one in view_year(boss, 2027).tariffs] == [3]
    with pytest.raises(NotFound):
        remove_tariff(boss, first.id)
