"""What pays what: receive, match, unmatch; what is open, the accounts and the news follow."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from billing.models import Customer, JournalEntry, JournalLine, Matching, Payment, Receivable
from billing.service.matching import match, unmatch
from billing.service.payment import receive, recognise
from kit.actor import system
from kit.errors import Conflict, CrrcError, Invalid, NotFound
from kit.outbox import OutboxMessage
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.billing.rows import a_customer, an_invoice, an_issuer, owned_by

ON = date(2026, 5, 4)


@contextmanager
def inside(tenant: Tenant) -> Iterator[Tx]:
    with transaction(system(tenant.id, "test")) as tx:
        yield tx


def received(tenant: Tenant, customer: Customer | None, cents: int, **words: Any) -> Payment:
    facts: dict[str, Any] = {"kind": "transfer", "received_on": ON, "payer": "TRESORERIE"}
    with inside(tenant) as tx:
        return receive(tx, amount_cents=cents, customer_id=customer.id if customer else None, **(facts | words))


def paid(tenant: Tenant, invoice_id: UUID, payment_id: UUID, cents: int) -> Matching:
    with inside(tenant) as tx:
        return match(
            tx, kind="payment", amount_cents=cents, reason="test", invoice_id=invoice_id, payment_id=payment_id
        )


def balance(tenant: Tenant, account: str, customer: Customer | None = None) -> int:
    """Debits minus credits of an account; of one customer on request."""
    query = select(func.coalesce(func.sum(JournalLine.debit_cents - JournalLine.credit_cents), 0)).where(
        JournalLine.account == account
    )
    if customer is not None:
        query = query.where(JournalLine.customer_id == customer.id)
    with inside(tenant) as tx:
        return int(tx.session.scalar(query) or 0)


def topics(tenant: Tenant, subject_id: UUID) -> list[str]:
    with inside(tenant) as tx:
        return list(
            tx.session.scalars(
                select(OutboxMessage.topic).where(OutboxMessage.subject_id == subject_id).order_by(OutboxMessage.id)
            )
        )


def open_of(tenant: Tenant, row: Any) -> int:
    return int(owned_by(tenant, Payment if isinstance(row, Payment) else Receivable, row.id).open_cents)


def test_a_payment_settles_an_invoice_and_undoing_opens_it_again(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice, payment = an_invoice(tenant, customer, 12_000), received(tenant, customer, 15_000)
    assert (balance(tenant, "512000"), balance(tenant, "411000", customer)) == (15_000, -15_000)
    made = paid(tenant, invoice.id, payment.id, 12_000)
    assert (open_of(tenant, invoice), open_of(tenant, payment)) == (0, 3_000)
    assert topics(tenant, invoice.id) == ["receivable.settle"]
    with inside(tenant) as tx:
        unmatch(tx, made.id)
    assert (open_of(tenant, invoice), open_of(tenant, payment)) == (12_000, 15_000)
    assert topics(tenant, made.id) == ["matching.make", "matching.undo"]
    with pytest.raises(Conflict, match="déjà annulé"), inside(tenant) as tx:
        unmatch(tx, made.id)
    assert balance(tenant, "411000", customer) == -15_000


def test_money_of_nobody_waits_on_the_suspense_account_until_it_pays(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice, payment = an_invoice(tenant, customer, 12_000), received(tenant, None, 5_000)
    assert balance(tenant, "471000") == -5_000
    made = paid(tenant, invoice.id, payment.id, 5_000)
    assert owned_by(tenant, Payment, payment.id).customer_id == customer.id
    assert (balance(tenant, "471000"), balance(tenant, "411000", customer)) == (0, -5_000)
    other = a_customer(tenant)
    with pytest.raises(Conflict, match="déjà utilisée"), inside(tenant) as tx:
        recognise(tx, tx.session.get_one(Payment, (tenant.id, payment.id)), other.id)
    with inside(tenant) as tx:
        unmatch(tx, made.id)
        recognise(tx, tx.session.get_one(Payment, (tenant.id, payment.id)), other.id)
    assert (balance(tenant, "411000", customer), balance(tenant, "411000", other)) == (0, -5_000)


def test_one_customer_may_pay_for_another_and_the_accounts_follow(tenant: Tenant) -> None:
    an_issuer(tenant)
    payer, other = a_customer(tenant), a_customer(tenant)
    invoice, payment = an_invoice(tenant, other, 12_000), received(tenant, payer, 20_000)
    made = paid(tenant, invoice.id, payment.id, 12_000)
    assert (balance(tenant, "411000", payer), balance(tenant, "411000", other)) == (-8_000, -12_000)
    with inside(tenant) as tx:
        unmatch(tx, made.id)
    assert (balance(tenant, "411000", payer), balance(tenant, "411000", other)) == (-20_000, 0)


@pytest.mark.parametrize(("kind", "account", "back"), [("write_off", "654000", 12_000), ("refund", "512000", 3_000)])
def test_a_write_off_and_a_refund_are_entered_and_undone_by_their_mirror(
    tenant: Tenant, kind: str, account: str, back: int
) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice, payment = an_invoice(tenant, customer, 12_000), received(tenant, customer, 15_000)
    sides: Any = {"invoice_id": invoice.id} if kind == "write_off" else {"payment_id": payment.id}
    before = balance(tenant, account)
    with inside(tenant) as tx:
        made = match(tx, kind=kind, amount_cents=back, reason="test", **sides)
    assert balance(tenant, account) - before == (back if kind == "write_off" else -back)
    with inside(tenant) as tx:
        unmatch(tx, made.id)
    assert (balance(tenant, account), balance(tenant, "411000", customer)) == (before, -15_000)
    with inside(tenant) as tx:
        subjects = tx.session.scalars(select(JournalEntry.subject).order_by(JournalEntry.number)).all()
    assert subjects == ["payment", "matching", "matching_undo"]


def test_what_is_paid_online_is_at_the_provider_s_first(tenant: Tenant) -> None:
    an_issuer(tenant)
    received(tenant, a_customer(tenant), 15_000, kind="card")
    assert (balance(tenant, "511500"), balance(tenant, "512000")) == (15_000, 0)


def test_a_credit_note_pays_an_invoice_of_the_same_customer(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice = an_invoice(tenant, customer, 12_000)
    note = an_invoice(tenant, customer, 4_000, kind="credit_note", reference_id=invoice.id, reason="Erreur")
    with inside(tenant) as tx:
        match(tx, kind="credit_note", amount_cents=4_000, reason="test", invoice_id=invoice.id, credit_note_id=note.id)
    assert (open_of(tenant, invoice), open_of(tenant, note)) == (8_000, 0)
    assert topics(tenant, note.id) == []
    elsewhere = an_invoice(tenant, a_customer(tenant), 4_000)
    other = an_invoice(tenant, customer, 4_000, kind="credit_note", reference_id=invoice.id, reason="Erreur")
    with pytest.raises(Conflict, match="autre client"), inside(tenant) as tx:
        match(tx, kind="credit_note", amount_cents=1, reason="test", invoice_id=elsewhere.id, credit_note_id=other.id)


def test_never_more_than_what_is_open_on_either_side(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice, payment = an_invoice(tenant, customer, 12_000), received(tenant, customer, 5_000)
    with pytest.raises(Conflict, match="reste que 50,00"):
        paid(tenant, invoice.id, payment.id, 5_001)
    larger = received(tenant, customer, 50_000)
    with pytest.raises(Conflict, match=f"120,00.*{invoice.number}"):
        paid(tenant, invoice.id, larger.id, 12_001)
    with pytest.raises(Invalid, match="zéro"):
        paid(tenant, invoice.id, payment.id, 0)
    with pytest.raises(NotFound):
        paid(tenant, payment.id, payment.id, 1)
    with pytest.raises(Invalid, match="complet"), inside(tenant) as tx:
        match(tx, kind="write_off", amount_cents=1, reason="x", invoice_id=invoice.id, payment_id=payment.id)
    with pytest.raises(Invalid, match="motif"), inside(tenant) as tx:
        match(tx, kind="write_off", amount_cents=1, reason=" ", invoice_id=invoice.id)


def test_two_people_match_the_same_payment_at_once(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoices = [an_invoice(tenant, customer, 12_000) for _ in range(2)]
    payment = received(tenant, None, 12_000)
    gate = Barrier(2)

    def run(invoice_id: UUID) -> str:
        gate.wait()
        try:
            paid(tenant, invoice_id, payment.id, 12_000)
        except CrrcError as error:
            return error.code
        return "made"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(run, [one.id for one in invoices]))
    assert answers == ["conflict", "made"]
    assert sorted(open_of(tenant, one) for one in invoices) == [0, 12_000]


def test_two_people_undo_the_same_matching_at_once(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice, payment = an_invoice(tenant, customer, 12_000), received(tenant, None, 12_000)
    made = paid(tenant, invoice.id, payment.id, 12_000)
    gate = Barrier(2)

    def run(_: int) -> str:
        gate.wait()
        try:
            with inside(tenant) as tx:
                unmatch(tx, made.id)
        except CrrcError as error:
            return error.code
        return "undone"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, range(2))) == ["conflict", "undone"]
    assert open_of(tenant, payment) == 12_000
