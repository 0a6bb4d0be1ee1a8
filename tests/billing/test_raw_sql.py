"""What the database refuses whoever asks, with the application's own role and raw SQL."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from kit.actor import system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import a_customer, a_draft, a_payment, an_invoice, an_issuer
from tests.billing.stories import an_entry, settle

DAY = date(2026, 5, 4)


def run(tenant: Tenant, *statements: str, **values: object) -> None:
    """These statements, in one transaction of the application."""
    with transaction(system(tenant.id, "raw")) as tx:
        for statement in statements:
            tx.session.execute(text(statement), {"tenant": tenant.id} | values)


@pytest.mark.parametrize(
    "table",
    ["invoice", "invoice_line", "invoice_series", "journal_entry", "journal_line", "matching", "payment", "receivable"],
)
def test_nothing_is_emptied_at_once(tenant: Tenant, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(tenant, f"truncate {table} cascade")


@pytest.mark.parametrize("rank", [0, -1, 7])
def test_a_draft_does_not_take_a_number_that_no_series_gave(tenant: Tenant, rank: int) -> None:
    draft = a_draft(tenant, a_customer(tenant))
    with pytest.raises(IntegrityError, match="not the next one"):
        run(
            tenant,
            "insert into invoice_series (tenant_id, year, last_number) values (:tenant, 2026, 0)",
            "update invoice set state = 'issued', number = 'F2026-X', series_year = 2026, series_number = :rank,"
            " issued_on = '2026-05-04', issued_at = now(), content = '{}' where id = :id",
            id=draft.id,
            rank=rank,
        )


def test_two_invoices_do_not_take_one_number(tenant: Tenant) -> None:
    customer = a_customer(tenant)
    drafts = [a_draft(tenant, customer) for _ in range(2)]
    take = (
        "update invoice set state = 'issued', number = :{0}, series_year = 2026, series_number = 1,"
        " issued_on = '2026-05-04', issued_at = now(), content = '{{}}' where id = :{0}_id"
    )
    with pytest.raises(IntegrityError, match="uq_invoice"):
        run(
            tenant,
            "insert into invoice_series (tenant_id, year, last_number) values (:tenant, 2026, 0)",
            "update invoice_series set last_number = 1, last_issued_on = '2026-05-04'",
            "savepoint one",
            take.format("a"),
            "release savepoint one",
            take.format("b"),
            a="A",
            b="B",
            a_id=drafts[0].id,
            b_id=drafts[1].id,
        )


def test_what_is_issued_goes_to_no_other_tenant(tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    an_issuer(tenant)
    invoice, other = an_invoice(tenant, a_customer(tenant), issued_on=DAY), make_tenant()
    for statement in (
        "update invoice set tenant_id = :other",
        "update invoice_line set tenant_id = :other",
        "update invoice_series set tenant_id = :other",
        "update receivable set tenant_id = :other",
    ):
        with pytest.raises((IntegrityError, ProgrammingError)):
            run(tenant, statement, other=other.id)
    with pytest.raises(ProgrammingError):
        run(
            tenant,
            f"set local app.tenant_id = '{other.id}'",
            "update invoice set tenant_id = :other",
            f"set local app.tenant_id = '{tenant.id}'",
            "insert into invoice_series (tenant_id, year, last_number) values (:other, 2026, 0)",
            other=other.id,
        )
    assert invoice.number


def test_an_issued_invoice_takes_no_second_line(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice, draft = an_invoice(tenant, customer, issued_on=DAY), a_draft(tenant, customer)
    for statement in (
        "update invoice_line set invoice_id = :invoice where invoice_id = :draft",
        "update invoice_line set invoice_id = :draft where invoice_id = :invoice",
        "insert into invoice_line select tenant_id, :line, :invoice, 9, subject, source, 'other', share, credits_id,"
        " order_id, service_id, campaign_id, designation, detail, quantity, unit_code, unit_cents, net_cents,"
        " vat_cents, total_cents, vat_category, rate, exemption_text, exemption_code, period_starts_on, period_ends_on"
        " from invoice_line where invoice_id = :draft",
    ):
        with pytest.raises(IntegrityError, match="never changes"):
            run(tenant, statement, invoice=invoice.id, draft=draft.id, line=uuid7())


@pytest.mark.parametrize("number", [0, -3, 2, 999])
def test_an_entry_bears_a_number_that_its_series_gave(tenant: Tenant, number: int) -> None:
    entry = an_entry(tenant)
    with pytest.raises(IntegrityError, match="journal"):
        run(
            tenant,
            "insert into journal_entry select tenant_id, :id, year, :number, journal, entered_on, piece, piece_on,"
            " wording, lines, subject, :id, about_id, validated_at from journal_entry where id = :first",
            "insert into journal_line select tenant_id, :id, position, account, account_label, customer_id,"
            " debit_cents, credit_cents from journal_line where entry_id = :first",
            id=uuid7(),
            first=entry.id,
            number=number,
        )


def test_an_entry_takes_no_other_lines(tenant: Tenant) -> None:
    entry = an_entry(tenant)
    with pytest.raises(IntegrityError, match="do not balance"):
        run(
            tenant,
            "insert into journal_line select tenant_id, entry_id, position + 10, account, account_label, customer_id,"
            " debit_cents, credit_cents from journal_line where entry_id = :id",
            id=entry.id,
        )
    for statement in ("update journal_line set debit_cents = 1", "delete from journal_entry"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(tenant, statement)


@pytest.mark.parametrize(
    "change", ["matched_on = '2020-01-01'", "automatic = not automatic", "id = gen_random_uuid()", "reason = 'other'"]
)
def test_undoing_a_matching_rewrites_nothing_of_it(tenant: Tenant, change: str) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice, payment = an_invoice(tenant, customer, 500, issued_on=DAY), a_payment(tenant, customer, 500)
    made = settle(tenant, "payment", 500, invoice_id=invoice.id, payment_id=payment.id)
    with pytest.raises(IntegrityError, match="not rewritten"):
        run(tenant, f"update matching set undone_at = now(), {change} where id = :id", id=made.id)


@pytest.mark.parametrize("column", ["total_cents = 1, open_cents = 1", "is_credit = true", "due_on = '2030-01-01'"])
def test_what_is_owed_is_what_was_issued(tenant: Tenant, column: str) -> None:
    """The receivable of an issued invoice says what the invoice says; a draft has none."""
    an_issuer(tenant)
    invoice = an_invoice(tenant, a_customer(tenant), 12_000, issued_on=DAY)
    with pytest.raises(IntegrityError, match="not rewritten"):
        run(tenant, f"update receivable set {column} where id = :id", id=invoice.id)


@pytest.mark.parametrize("total", [12_000, 11_999])
def test_a_draft_owes_nothing_yet(tenant: Tenant, total: int) -> None:
    customer = a_customer(tenant)
    draft = a_draft(tenant, customer, 12_000)
    with pytest.raises(IntegrityError, match="not what was issued"):
        run(
            tenant,
            "insert into receivable (tenant_id, id, customer_id, is_funder, is_credit, due_on, total_cents, open_cents,"
            " state, contest_motive, contest_answer)"
            " values (:tenant, :id, :customer, false, false, '2026-06-01', :total, :total, 'due', '', '')",
            id=draft.id,
            customer=customer.id,
            total=total,
        )


def test_an_invoice_is_the_sum_of_its_lines(tenant: Tenant) -> None:
    draft = a_draft(tenant, a_customer(tenant), 12_000)
    with pytest.raises(IntegrityError, match="sum of its lines"):
        run(
            tenant,
            "insert into invoice_series (tenant_id, year, last_number) values (:tenant, 2026, 0)",
            "update invoice_series set last_number = 1, last_issued_on = '2026-05-04'",
            "update invoice set state = 'issued', number = 'A', series_year = 2026, series_number = 1,"
            " issued_on = '2026-05-04', issued_at = now(), content = '{}',"
            " net_cents = net_cents + 1, vat_cents = vat_cents - 1 where id = :id",
            id=draft.id,
        )


def test_a_reminder_may_be_of_thirty_million(tenant: Tenant) -> None:
    an_issuer(tenant)
    invoice = an_invoice(tenant, a_customer(tenant), 3_000_000_000, issued_on=DAY)
    run(
        tenant,
        "insert into dunning (tenant_id, id, invoice_id, level, tone, open_cents, told, sent_at)"
        " values (:tenant, :key, :id, 1, 'courtesy', 3000000000, 1, now())",
        key=uuid7(),
        id=invoice.id,
    )
