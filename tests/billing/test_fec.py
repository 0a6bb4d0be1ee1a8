"""The file of a year: it passes its checker, its figures are the tables', its letters those of what is settled."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from billing.models import JournalLine
from billing.rules.fec import COLUMNS, ENCODING
from billing.service.fec import export_fec, review_fec
from kit import clock
from kit.actor import system
from kit.audit import AuditLine
from kit.errors import Conflict, Invalid
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import a_customer, an_issuer, noon
from tests.billing.stories import issue, pay, settle, undo

DAY = date(2026, 3, 2)


def rows_of(tenant: Tenant, year: int = 2026) -> list[dict[str, str]]:
    """The lines of the file of a year, by column."""
    with export_fec(system(tenant.id, "tests"), year).content as content:
        lines = content.read().decode(ENCODING).split("\r\n")
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines[1:-1]]


def letters_of(tenant: Tenant) -> dict[str, str]:
    """Letter by piece, on the customers' account."""
    return {row["PieceRef"]: row["EcritureLet"] for row in rows_of(tenant) if row["CompAuxNum"]}


def test_a_year_is_written_checked_and_told(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant, name="EHPAD « L’Îlot » – cœur de ville")
    with clock.frozen(noon(DAY)):
        bill = issue(tenant, customer, 12_345, DAY)
        money = pay(tenant, customer, 12_345, DAY)
        settle(tenant, "payment", 12_345, invoice_id=bill.id, payment_id=money.id)
        issue(tenant, customer, 50, DAY)
        review = review_fec(system(tenant.id, "tests"), 2026)
        file = export_fec(system(tenant.id, "tests"), 2026)
    with file.content as content:
        text = content.read()
    assert review.findings == ()
    assert (file.sha256, file.size, file.name) == (review.sha256, len(text), "130007966FEC20261231.txt")
    assert (review.totals.entries, review.totals.lines, review.totals.debit_cents) == (3, 6, 24_740)
    assert review.is_over is False
    assert file.sha256 in review.notice
    assert "EHPAD « L'Îlot » - cœur de ville".encode(ENCODING) in text
    rows = rows_of(tenant)
    assert [(row["EcritureNum"], row["EcritureLet"], row["DateLet"]) for row in rows if row["CompAuxNum"]] == [
        ("1", "AAA", "20260302"),
        ("2", "AAA", "20260302"),
        ("3", "", ""),
    ]
    with transaction(system(tenant.id, "tests")) as tx:
        told = tx.session.scalars(select(AuditLine).where(AuditLine.action == "journal.export")).all()
    assert [line.facts["sha256"] for line in told] == [file.sha256] * 2
    assert told[0].facts["lines"] == 6


def test_what_is_partly_settled_has_no_letter_and_what_is_undone_loses_it(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    with clock.frozen(noon(DAY)):
        bill, other = issue(tenant, customer, 100, DAY), issue(tenant, customer, 40, DAY)
        money = pay(tenant, customer, 140, DAY)
        first = settle(tenant, "payment", 100, invoice_id=bill.id, payment_id=money.id)
        assert set(letters_of(tenant).values()) == {""}
        settle(tenant, "payment", 40, invoice_id=other.id, payment_id=money.id)
        assert set(letters_of(tenant).values()) == {"AAA"}
    with clock.frozen(noon(date(2026, 3, 5))):
        undo(tenant, first)
        assert set(letters_of(tenant).values()) == {""}


def test_credits_losses_refunds_and_another_who_pays_are_lettered(tenant: Tenant) -> None:
    an_issuer(tenant)
    one, other = a_customer(tenant), a_customer(tenant)
    with clock.frozen(noon(DAY)):
        bill = issue(tenant, one, 100, DAY)
        credit = issue(tenant, one, 30, DAY, of=bill)
        settle(tenant, "credit_note", 20, invoice_id=bill.id, credit_note_id=credit.id)
        settle(tenant, "refund", 10, credit_note_id=credit.id)
        money = pay(tenant, None, 90, DAY)
        second = issue(tenant, other, 5, DAY)
        settle(tenant, "payment", 75, invoice_id=bill.id, payment_id=money.id)
        settle(tenant, "write_off", 5, invoice_id=bill.id)
        settle(tenant, "payment", 5, invoice_id=second.id, payment_id=money.id)
        assert set(letters_of(tenant).values()) == {""}
        settle(tenant, "refund", 10, payment_id=money.id)
        assert set(letters_of(tenant).values()) == {"AAA"}
        assert review_fec(system(tenant.id, "tests"), 2026).findings == ()


def test_a_year_that_is_over_keeps_its_file(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    with clock.frozen(noon(date(2026, 12, 20))):
        bill, old = issue(tenant, customer, 100, date(2026, 12, 20)), issue(tenant, customer, 7, date(2026, 12, 20))
        money = pay(tenant, customer, 7, date(2026, 12, 20))
        settled = settle(tenant, "payment", 7, invoice_id=old.id, payment_id=money.id)
    who: Any = system(tenant.id, "tests")
    with clock.frozen(noon(date(2027, 1, 2))):
        before = review_fec(who, 2026)
        late = pay(tenant, customer, 100, date(2027, 1, 2))
        settle(tenant, "payment", 100, invoice_id=bill.id, payment_id=late.id)
        undo(tenant, settled)
        after = review_fec(who, 2026)
        assert (after.sha256, after.is_over, after.findings) == (before.sha256, True, ())
        assert review_fec(who, 2027).findings == ()
        assert [row["EcritureLet"] for row in rows_of(tenant, 2027)] == ["", ""]


def test_its_figures_are_the_tables(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    with clock.frozen(noon(DAY)):
        for cents in (1, 99, 100, 123_456_789):
            issue(tenant, customer, cents, DAY)
    rows = rows_of(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        debit = tx.session.scalar(select(func.sum(JournalLine.debit_cents)))
    assert sum(int(row["Debit"].replace(",", "")) for row in rows) == debit == 123_456_989
    assert [row["Debit"] for row in rows if row["Debit"] != "0,00"] == ["0,01", "0,99", "1,00", "1234567,89"]


def test_a_year_without_entries_and_a_portal_without_issuer_are_refused(tenant: Tenant) -> None:
    who = system(tenant.id, "tests")
    with pytest.raises(Conflict, match="identité de facturation"):
        review_fec(who, 2026)
    an_issuer(tenant)
    for year in (2026, -5, 0, 99999999):
        with pytest.raises(Invalid) as refused:
            export_fec(who, year)
        assert set(refused.value.fields) == {"year"}
