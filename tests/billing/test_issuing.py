"""Issuing: the number, what follows from it, what is refused, clocks, storms; what is issued never changes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError
from stdnum import iso11649

from billing.jobs.issuing import ISSUING
from billing.models import (
    Customer,
    Invoice,
    InvoiceDocument,
    InvoiceLine,
    InvoiceSeries,
    JournalEntry,
    JournalLine,
    Receivable,
)
from billing.rules.content import read_content
from billing.service.draft import discard_drafts, edit_draft, restore_drafts
from billing.service.grouping import group_drafts
from billing.service.issuing import issue_next
from billing.service.queueing import queue_drafts
from kit import clock
from kit.actor import system
from kit.audit import AuditLine
from kit.errors import CrrcError
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.issuing import NOON, a_manager, issue_all, issued, lines, queued, rows_of, series_is_whole
from tests.billing.rows import EXEMPT, a_customer, a_draft, an_issuer, owned_by

YEAR_END = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in Paris


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    an_issuer(tenant)
    return a_customer(tenant)


def test_a_draft_takes_its_number_and_all_that_follows(tenant: Tenant, customer: Customer) -> None:
    invoice = issued(tenant, customer, 12_000, 6_001)
    assert (invoice.number, invoice.series_year, invoice.series_number) == ("F2026-000001", 2026, 1)
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 12, 10), date(2027, 1, 9))
    assert iso11649.is_valid(invoice.payment_reference)
    content = read_content(invoice.content or {})
    assert (content.number, content.payment_reference) == (invoice.number, invoice.payment_reference)
    assert (content.net_cents, content.vat_cents, content.total_cents) == (
        *(invoice.net_cents, invoice.vat_cents, invoice.total_cents),
    )
    owed = owned_by(tenant, Receivable, invoice.id)
    assert (owed.open_cents, owed.due_on, owed.is_credit) == (18_001, invoice.due_on, False)
    assert owned_by(tenant, InvoiceDocument, invoice.id).made_at is None
    (entry,) = rows_of(tenant, JournalEntry)
    assert (entry.journal, entry.piece, entry.entered_on) == ("VE", invoice.number, invoice.issued_on)
    sides = rows_of(tenant, JournalLine)
    assert sum(one.debit_cents for one in sides) == sum(one.credit_cents for one in sides) == 18_001
    assert [one.subject_id for one in rows_of(tenant, OutboxMessage, OutboxMessage.topic == "invoice.issue")] == [
        invoice.id
    ]


@pytest.mark.parametrize(
    ("kind", "own", "due"),
    [
        ("public_health", None, date(2027, 1, 29)),
        ("public", None, date(2027, 1, 9)),
        ("private", 45, date(2027, 1, 24)),
        ("private", 0, date(2026, 12, 10)),
    ],
)
def test_the_due_date_is_of_the_kind_of_customer(tenant: Tenant, kind: str, own: int | None, due: date) -> None:
    an_issuer(tenant)
    assert issued(tenant, a_customer(tenant, kind=kind, terms_days=own)).due_on == due


def test_the_day_is_that_of_the_region(make_tenant: Any) -> None:
    """At 22:30 UTC on New Year's Eve it is 2027 in Paris since 23:00, still 2026 in Martinique."""
    at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    for zone, number in (("Europe/Paris", "F2027-000001"), ("America/Martinique", "F2026-000001")):
        there = make_tenant(zone=zone)
        an_issuer(there)
        assert issued(there, a_customer(there), at=at).number == number


@pytest.mark.parametrize(
    ("columns", "vat", "field"),
    [
        ({"siret": ""}, None, "customer.siret"),
        ({"requirement": "engagement"}, None, "invoice.engagement_number"),
        ({"requirement": "both"}, None, "invoice.service_code"),
        ({}, {**EXEMPT, "exemption_code": "VATEX-FR-INVENTE"}, ""),
    ],
)
def test_what_is_not_valid_is_not_issued_and_takes_no_number(
    tenant: Tenant, columns: dict[str, Any], vat: dict[str, Any] | None, field: str
) -> None:
    an_issuer(tenant)
    draft = a_draft(tenant, a_customer(tenant, **columns), vat=vat, state="queued")
    assert issue_all(tenant) == ["refused"]
    back = owned_by(tenant, Invoice, draft.id)
    assert (back.state, back.number) == ("draft", None)
    assert field in [one["field"] for one in back.findings]
    assert all(len(one["sentence"]) > 20 for one in back.findings)
    assert rows_of(tenant, InvoiceSeries) == []
    assert rows_of(tenant, Receivable) == []


def test_a_draft_that_breaks_the_program_comes_back_and_the_others_go_on(tenant: Tenant) -> None:
    """Nothing of ours writes such terms; a hand in the database might. Nobody waits behind it."""
    an_issuer(tenant, terms={"private": "trente", "public": 30})
    (wrong,) = queued(tenant, a_customer(tenant))
    queued(tenant, a_customer(tenant, kind="public"))
    assert sorted(issue_all(tenant)) == ["issued", "refused"]
    assert "erreur technique" in owned_by(tenant, Invoice, wrong.id).findings[0]["sentence"]
    assert series_is_whole(tenant) == {2026: 1}


def test_without_an_issuer_nothing_is_issued(tenant: Tenant) -> None:
    draft = a_draft(tenant, a_customer(tenant), state="queued")
    assert issue_all(tenant) == ["refused"]
    assert owned_by(tenant, Invoice, draft.id).findings[0]["field"] == "issuer"


def test_a_clock_that_goes_back_gives_no_number(tenant: Tenant, customer: Customer) -> None:
    issued(tenant, customer)
    (waiting,) = queued(tenant, customer)
    yesterday = NOON - timedelta(days=1)
    assert issue_all(tenant, yesterday) == ["behind"]
    with clock.frozen(yesterday):
        assert ISSUING.wanted(tenant.id) == 0
        assert ISSUING.run(tenant.id, lambda: False) == 0
    assert owned_by(tenant, Invoice, waiting.id).state == "queued"
    with clock.frozen(NOON):
        assert ISSUING.wanted(tenant.id) == 1
        assert ISSUING.run(tenant.id, lambda: False) == 1
    assert series_is_whole(tenant) == {2026: 2}


def test_after_new_year_the_old_year_is_closed(tenant: Tenant, customer: Customer) -> None:
    issued(tenant, customer, at=YEAR_END)
    assert issued(tenant, customer, at=YEAR_END + timedelta(seconds=1)).number == "F2027-000001"
    queued(tenant, customer)
    assert issue_all(tenant, YEAR_END) == ["behind"]
    assert series_is_whole(tenant) == {2026: 1, 2027: 1}


def test_new_year_comes_while_numbers_are_taken(tenant: Tenant, customer: Customer) -> None:
    """Four workers; the clock jumps from one year to the next under two of them: two series, each complete."""
    queued(tenant, customer, 40)
    jump = threading.Barrier(4)

    def work(rank: int) -> None:
        for turn in range(40):
            if turn == 3:
                jump.wait()
            late = turn >= 3 + rank % 2
            with clock.frozen(YEAR_END + timedelta(seconds=late)):
                issue_next(tenant.id)

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(copy_context().run, work, rank) for rank in range(4)]:
            one.result()
    found = series_is_whole(tenant)
    assert sum(found.values()) == 40
    assert found[2026] >= 12
    last = max(one.issued_at for one in rows_of(tenant, Invoice, Invoice.series_year == 2026))
    assert all(one.issued_on.year == one.series_year for one in rows_of(tenant, Invoice))
    assert last < YEAR_END + timedelta(seconds=1)


def test_a_storm_of_issuers_leaves_no_gap_and_no_double(tenant: Tenant, customer: Customer) -> None:
    queued(tenant, customer, 30)
    a_draft(tenant, a_customer(tenant, siret=""), state="queued")

    def work() -> list[str]:
        found = []
        with clock.frozen(NOON):
            while (outcome := issue_next(tenant.id)) != "nothing":
                found.append(outcome)
        return found

    with ThreadPoolExecutor(4) as pool:
        done = [one.result() for one in [pool.submit(copy_context().run, work) for _ in range(4)]]
    outcomes = [outcome for found in done for outcome in found]
    assert (outcomes.count("issued"), outcomes.count("refused")) == (30, 1)
    assert series_is_whole(tenant) == {2026: 30}
    assert sorted(one.number for one in rows_of(tenant, JournalEntry)) == list(range(1, 31))


COMMANDS = {
    "edit": lambda who, invoice: edit_draft(who, invoice.id, invoice.revision, {"engagement_number": "9"}),
    "discard": lambda who, invoice: discard_drafts(who, [invoice.id]),
    "restore": lambda who, invoice: restore_drafts(who, [invoice.id]),
    "queue": lambda who, invoice: queue_drafts(who, [invoice.id]),
    "group": lambda who, invoice: group_drafts(who, [invoice.id, invoice.id]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_changes_an_issued_invoice(tenant: Tenant, customer: Customer, name: str) -> None:
    invoice = issued(tenant, customer)
    before = row_of(invoice)
    with pytest.raises(CrrcError):
        COMMANDS[name](a_manager(tenant), invoice)
    assert row_of(owned_by(tenant, Invoice, invoice.id)) == before


@pytest.mark.parametrize(
    "statement",
    [
        update(Invoice).values(total_cents=1, net_cents=1, vat_cents=0),
        update(Invoice).values(state="draft", number=None),
        update(Invoice).values(content={}),
        update(Invoice).values(reason="autre"),
        delete(Invoice),
        update(InvoiceLine).values(designation="autre"),
        update(InvoiceLine).values(quantity=2, unit_cents=5_000),
        delete(InvoiceLine),
        update(InvoiceSeries).values(last_number=0),
        update(InvoiceSeries).values(last_number=7),
        delete(InvoiceSeries),
        update(Receivable).values(total_cents=1),
        text("truncate invoice cascade"),
    ],
    ids=str,
)
def test_the_database_refuses_every_change(tenant: Tenant, customer: Customer, statement: Any) -> None:
    invoice = issued(tenant, customer)
    before = row_of(invoice), [row_of(one) for one in lines(tenant, invoice.id)]
    refusal = r"never changes|follow one another|permission denied|no invoice|not rewritten|violates"
    with pytest.raises(Exception, match=refusal), transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(statement)
    assert (row_of(owned_by(tenant, Invoice, invoice.id)), [row_of(one) for one in lines(tenant, invoice.id)]) == before


def test_nothing_is_added_to_an_issued_invoice(tenant: Tenant, customer: Customer) -> None:
    invoice, draft = issued(tenant, customer), a_draft(tenant, customer)
    with pytest.raises(IntegrityError, match="never changes"), transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(update(InvoiceLine).where(InvoiceLine.invoice_id == draft.id).values(invoice_id=invoice.id))


def test_who_asked_is_who_issued(tenant: Tenant, customer: Customer, person: Any) -> None:
    draft = a_draft(tenant, customer)
    run = queue_drafts(a_manager(tenant), [draft.id])
    assert issue_all(tenant) == ["issued"]
    found = owned_by(tenant, Invoice, draft.id)
    assert (found.run_id, found.issued_by) == (run.id, run.asked_by)
    lines = sorted(rows_of(tenant, AuditLine, AuditLine.subject_id == draft.id), key=lambda one: one.number)
    assert [one.action for one in lines] == ["invoice.queue", "invoice.issue"]


def row_of(thing: Any) -> dict[str, Any]:
    """Its columns."""
    return {column.key: getattr(thing, column.key) for column in type(thing).__table__.columns}
