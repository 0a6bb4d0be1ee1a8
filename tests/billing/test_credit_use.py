"""What is left of a credit note: it pays other invoices of its customer, or goes back to it; the accounts follow."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from billing.models import Customer, Invoice, JournalLine, Receivable
from billing.service.credit import credit
from billing.service.credit_use import refund_credit, use_credit, view_use
from billing.service.matching import match
from billing.service.payment import receive
from kit import clock
from kit.actor import Actor, operator, system
from kit.errors import Conflict, Invalid, NotFound
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.billing.issuing import NOON, a_manager, issue_all, issued
from tests.billing.rows import a_customer, an_issuer, owned_by
from tests.browser import Browser

pytestmark = pytest.mark.usefixtures("no_limits")


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    an_issuer(tenant)
    return a_customer(tenant)


@pytest.fixture
def manager(tenant: Tenant) -> Actor:
    return a_manager(tenant)


def a_note(tenant: Tenant, customer: Customer, manager: Actor) -> Invoice:
    """A credit note of 120,00 € of an invoice that was paid: nothing settles it."""
    invoice = issued(tenant, customer, 12_000)
    with clock.frozen(NOON), transaction(system(tenant.id, "tests")) as tx:
        paid = receive(tx, kind="transfer", amount_cents=12_000, received_on=tx.now.date(), customer_id=customer.id)
        match(tx, kind="payment", amount_cents=12_000, reason="essai", invoice_id=invoice.id, payment_id=paid.id)
    note = credit(manager, invoice.id, None, "Annulée")
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(Invoice, (tenant.id, note.id)).state = "queued"
    assert issue_all(tenant) == ["issued"]
    return note


def balance(tenant: Tenant, **where: Any) -> int:
    """Debits less credits of a customer, or of an account."""
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(func.sum(JournalLine.debit_cents - JournalLine.credit_cents)).filter_by(**where)
        return int(tx.session.scalar(query) or 0)


def left(tenant: Tenant, *invoices: Invoice) -> list[int]:
    return [owned_by(tenant, Receivable, one.id).open_cents for one in invoices]


def test_what_is_left_pays_another_invoice_then_goes_back(tenant: Tenant, customer: Customer, manager: Actor) -> None:
    note = a_note(tenant, customer, manager)
    other = issued(tenant, customer, 5_000)
    assert left(tenant, note, other) == [12_000, 5_000]
    assert [one.number for one in view_use(manager, note.id).invoices] == [other.number]
    with clock.frozen(NOON):
        assert use_credit(manager, note.id, {other.id: 5_000}).open_cents == 7_000
        for wrong in (0, 7_001):
            with pytest.raises(Invalid, match="pas enregistré"):
                refund_credit(manager, note.id, wrong, "Trop payé")
        with pytest.raises(Invalid):
            refund_credit(manager, note.id, 7_000, " ")
        assert refund_credit(manager, note.id, 7_000, "Trop payé").open_cents == 0
    assert left(tenant, note, other) == [0, 0]
    assert (balance(tenant, customer_id=customer.id), balance(tenant, account="512000")) == (0, 5_000)


def test_a_note_pays_nobody_else_and_never_more_than_is_left(
    tenant: Tenant, customer: Customer, manager: Actor
) -> None:
    note = a_note(tenant, customer, manager)
    mine, other = issued(tenant, customer, 24_000), issued(tenant, a_customer(tenant, name="Autre"), 5_000)
    for amounts in ({other.id: 5_000}, {mine.id: 12_001}, {note.id: 1}, {mine.id: 6_001, other.id: 1}):
        with pytest.raises(Conflict):
            use_credit(manager, note.id, amounts)
    for amounts in ({}, {mine.id: 0}, {mine.id: -5}):
        with pytest.raises(Invalid):
            use_credit(manager, note.id, amounts)
    with pytest.raises(Conflict):
        view_use(manager, mine.id)
    with pytest.raises(NotFound):
        use_credit(Actor("person", tenant.id, name="Autre"), note.id, {mine.id: 1})
    assert left(tenant, note, mine, other) == [12_000, 24_000, 5_000]


def test_from_the_page(application: Flask, tenant: Tenant, customer: Customer, manager: Actor) -> None:
    note, other = a_note(tenant, customer, manager), issued(tenant, customer, 5_000)
    grant_role(operator("tests", tenant.id), "gestion@grades.test", "grades_manager")
    browser = Browser(application, tenant).sign_in("gestion@grades.test")
    shown, form = f"/invoices/{note.id}", f"/invoices/{note.id}/use"
    assert form in browser.get(shown).text
    assert other.number in browser.get(form).text
    field = f"amount-{other.id}"
    wrong = browser.post(form, {field: "12,345"})
    assert (wrong.status_code, f'href="#{field}"' in wrong.text) == (422, True)
    assert browser.post(form, {field: "50,01"}).status_code == 409
    assert browser.post(form, {field: "50"}).status_code == 303
    back = f"/invoices/{note.id}/give-back"
    assert browser.post(back, {"refund": "70", "refund_reason": ""}).status_code == 422
    assert browser.post(back, {"refund": "70", "refund_reason": "Trop payé"}).status_code == 303
    assert "entièrement utilisé" in browser.get(form).text
    assert form not in browser.get(shown).text
