"""The VAT of drafts that live: grouped, edited, set aside, ten thousand at once."""

from datetime import date
from typing import Any

import pytest

from billing.models import Customer, Invoice, VatRule
from billing.rules.content import read_content
from billing.service.draft import discard_drafts, edit_draft, restore_drafts, typed_of, view_draft
from billing.service.grouping import group_drafts
from billing.service.manual import create_draft
from billing.service.queueing import queue_drafts
from billing.service.vat_rule import refresh_drafts
from kit import clock
from kit.actor import system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.issuing import NOON, a_manager, issue_all, lines
from tests.billing.rows import STANDARD, a_customer, a_draft, an_issuer, owned_by


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    an_issuer(tenant)
    return a_customer(tenant)


def a_rule(tenant: Tenant, starts_on: date, **regime: Any) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(VatRule(**(STANDARD | regime), starts_on=starts_on, set_at=tx.now))


def refresh(tenant: Tenant) -> int:
    with clock.frozen(NOON), transaction(system(tenant.id, "tests")) as tx:
        return refresh_drafts(tx)


def test_grouped_lines_keep_the_day_and_the_vat_of_their_delivery(tenant: Tenant, customer: Customer) -> None:
    june, july = (a_draft(tenant, customer, 12_000, delivered_on=date(2026, month, 5)) for month in (6, 7))
    a_rule(tenant, date(2026, 7, 1), rate=1000)
    assert refresh(tenant) == 1
    boss = a_manager(tenant)
    kept = group_drafts(boss, [june.id, july.id])
    assert refresh(tenant) == 0
    assert [(line.rate, line.vat_cents, line.period_ends_on) for line in lines(tenant, kept.id)] == [
        (2000, 2_000, date(2026, 6, 5)),
        (1000, 1_000, date(2026, 7, 5)),
    ]
    queue_drafts(boss, [kept.id])
    assert issue_all(tenant) == ["issued"]
    content = read_content(owned_by(tenant, Invoice, kept.id).content)
    assert [line.ends_on for line in content.lines] == ["2026-06-05", "2026-07-05"]
    assert (content.net_cents, content.vat_cents) == (20_000, 3_000)


def test_a_draft_taken_back_follows_the_rules_again(tenant: Tenant, customer: Customer) -> None:
    draft, boss = a_draft(tenant, customer, 12_000, delivered_on=date(2026, 7, 5)), a_manager(tenant)
    discard_drafts(boss, [draft.id])
    a_rule(tenant, date(2026, 7, 1), rate=1000)
    assert refresh(tenant) == 0
    restore_drafts(boss, [draft.id])
    assert owned_by(tenant, Invoice, draft.id).vat_cents == 1_000


def test_the_lines_follow_the_period_that_is_corrected(tenant: Tenant, customer: Customer) -> None:
    boss, typed = (
        a_manager(tenant),
        {"subject": "other", "period_starts_on": "2026-05-01", "period_ends_on": "2026-05-31"},
    )
    typed |= {"line-1-designation": "Atelier", "line-1-quantity": "1", "line-1-unit": "100"}
    made = create_draft(boss, customer.id, uuid7(), typed)
    shown = typed_of(view_draft(boss, made.id))
    edit_draft(boss, made.id, made.revision, shown | {"period_starts_on": "2026-06-01", "period_ends_on": "2026-06-30"})
    [line] = lines(tenant, made.id)
    assert (line.period_starts_on, line.period_ends_on) == (date(2026, 6, 1), date(2026, 6, 30))


def test_as_many_queries_for_thirty_drafts_as_for_one(
    tenant: Tenant, customer: Customer, statements: list[str]
) -> None:
    seen = []
    for count, rate in ((1, 1000), (29, 550)):
        for _ in range(count):
            a_draft(tenant, customer, 12_000, delivered_on=date(2026, 7, 5))
        a_rule(tenant, date(2026, 1 + (rate == 550), 1), rate=rate)
        statements.clear()
        assert refresh(tenant) == (1 if count == 1 else 30)
        seen.append(sum(one.startswith("SELECT") for one in statements))
    assert seen[0] == seen[1]
