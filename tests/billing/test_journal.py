"""Entries: balanced, numbered without gap by year, one per fact; undone by their mirror."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from billing.models import Customer, JournalEntry, JournalLine
from billing.rules.accounts import DEFAULTS, account, read_accounts
from billing.rules.journal import Side, balanced
from billing.service.journal import post, reverse
from kit import clock
from kit.actor import system
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.billing.rows import a_customer, an_issuer, noon


def sale(tx: Tx, customer: Customer, on: date = date(2026, 5, 4), **words: Any) -> JournalEntry:
    """The entry of an invoice of 120,00 €."""
    facts: dict[str, Any] = {
        "journal": "VE",
        "on": on,
        "piece": "F2026-000001",
        "piece_on": on,
        "wording": "Facture F2026-000001",
        "subject": "invoice",
        "subject_id": uuid7(),
        "sides": (
            Side("customers", debit_cents=12_000, customer_id=customer.id),
            Side("sales", credit_cents=10_000),
            Side("vat", credit_cents=2_000),
        ),
    }
    return post(tx, **(facts | words))


def lines_of(tenant: Tenant, entry_id: UUID) -> list[tuple[str, str, int, int]]:
    """(account, label, debit, credit) of an entry."""
    with transaction(system(tenant.id, "test")) as tx:
        rows = tx.session.scalars(
            select(JournalLine).where(JournalLine.entry_id == entry_id).order_by(JournalLine.position)
        )
        return [(row.account, row.account_label, row.debit_cents, row.credit_cents) for row in rows]


def test_an_entry_has_its_number_and_its_lines(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    with transaction(system(tenant.id, "test")) as tx:
        first = sale(tx, customer, wording="Facture\tF2026-000001\n EHPAD")
        second = sale(tx, customer)
        other_year = sale(tx, customer, on=date(2025, 12, 31))
    assert (first.number, second.number, other_year.number, other_year.year) == (1, 2, 1, 2025)
    assert first.wording == "Facture F2026-000001 EHPAD"
    assert lines_of(tenant, first.id) == [
        ("411000", "Clients", 12_000, 0),
        ("706000", "Prestations de services", 0, 10_000),
        ("445710", "TVA collectée", 0, 2_000),
    ]


def test_a_day_to_come_is_entered_today(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    with clock.frozen(noon(date(2026, 12, 31))), transaction(system(tenant.id, "test")) as tx:
        entry = sale(tx, customer, on=date(2027, 1, 2))
    assert (entry.entered_on, entry.year, entry.piece_on) == (date(2026, 12, 31), 2026, date(2027, 1, 2))


def test_a_fact_has_one_entry(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer, fact = a_customer(tenant), uuid7()
    with transaction(system(tenant.id, "test")) as tx:
        sale(tx, customer, subject_id=fact)
    with pytest.raises(IntegrityError), transaction(system(tenant.id, "test")) as tx:
        sale(tx, customer, subject_id=fact)
    with transaction(system(tenant.id, "test")) as tx:
        assert sale(tx, customer).number == 2  # the one that was refused took no number


def test_without_an_issuer_nothing_is_entered(tenant: Tenant) -> None:
    customer = a_customer(tenant)
    with pytest.raises(Conflict, match="identité de facturation"), transaction(system(tenant.id, "test")) as tx:
        sale(tx, customer)


def test_an_undone_entry_is_mirrored_on_the_accounts_of_its_day(tenant: Tenant) -> None:
    an_issuer(tenant, accounts={"sales": {"number": "708500", "label": "Ports"}})
    customer = a_customer(tenant)
    with transaction(system(tenant.id, "test")) as tx:
        entry = sale(tx, customer)
        undone = reverse(
            tx,
            of="invoice",
            of_id=entry.subject_id,
            on=date(2026, 6, 1),
            wording="Annulation",
            subject="undo",
            subject_id=entry.subject_id,
        )
        assert undone is not None
        nothing = reverse(
            tx, of="matching", of_id=uuid7(), on=date(2026, 6, 1), wording="x", subject="undo", subject_id=uuid7()
        )
    assert nothing is None
    assert (undone.number, undone.piece, undone.lines) == (2, "F2026-000001", 3)
    assert lines_of(tenant, undone.id) == [
        ("411000", "Clients", 0, 12_000),
        ("708500", "Ports", 10_000, 0),
        ("445710", "TVA collectée", 2_000, 0),
    ]


def test_numbers_have_no_gap_when_many_write_and_some_fail(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)

    def write(place: int) -> None:
        with transaction(system(tenant.id, "test")) as tx:
            sale(tx, customer)
            if place % 3 == 0:
                raise RuntimeError("it stops here")

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(write, place) for place in range(30)]
    assert sum(answer.exception() is None for answer in answers) == 20
    with transaction(system(tenant.id, "test")) as tx:
        assert sorted(tx.session.scalars(select(JournalEntry.number))) == list(range(1, 21))


SOMEBODY = uuid7()


@pytest.mark.parametrize(
    "sides",
    [
        (),
        (Side("bank", debit_cents=0), Side("sales", credit_cents=0)),
        (Side("bank", debit_cents=100),),
        (Side("bank", debit_cents=100), Side("sales", credit_cents=99)),
        (Side("bank", debit_cents=-100), Side("sales", credit_cents=-100)),
        (Side("bank", debit_cents=100, credit_cents=100), Side("sales", credit_cents=0)),
        (Side("customers", debit_cents=100), Side("sales", credit_cents=100)),
        (Side("bank", debit_cents=100, customer_id=SOMEBODY), Side("sales", credit_cents=100)),
    ],
)
def test_what_is_no_entry_is_refused(sides: tuple[Side, ...]) -> None:
    with pytest.raises(ValueError):
        balanced(sides)


def test_empty_sides_are_left_out() -> None:
    kept = (Side("bank", debit_cents=100), Side("sales", credit_cents=100))
    assert balanced((*kept, Side("vat"))) == kept


def test_the_plan_is_the_general_one_unless_told() -> None:
    assert account({}, "customers") == DEFAULTS["customers"]
    assert account({"sales": "7061"}, "sales").number == "7061"
    kept = read_accounts({"sales": (" 706100 ", "Cyber"), "vat": ("", "")})
    assert (kept["sales"], kept["vat"]["number"]) == ({"number": "706100", "label": "Cyber"}, "445710")
    assert account(kept, "sales").label == "Cyber"


def test_a_number_of_account_that_is_none_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        read_accounts({"sales": ("vente", ""), "bank": ("91", ""), "vat": ("", "a\tb")})
    assert set(refused.value.fields) == {"accounts.sales.number", "accounts.bank.number", "accounts.vat.label"}
