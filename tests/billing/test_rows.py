"""The builders of these tests keep the laws of the database."""

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from billing.models import Invoice, InvoiceLine, InvoiceSeries, Matching, Receivable
from kit.actor import system
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import a_customer, a_draft, a_payment, an_invoice, an_issuer, owned_by


def test_an_issued_invoice_and_its_lines_never_change(tenant: Tenant) -> None:
    an_issuer(tenant)
    invoice = an_invoice(tenant, a_customer(tenant), 12_000)
    for change in (
        "update invoice set due_on = due_on + 1",
        "update invoice_line set designation = 'x'",
        "delete from invoice_line",
        "delete from invoice",
        "update invoice set state = 'draft'",
        "update invoice_line set position = 9",
    ):
        with pytest.raises(IntegrityError, match="never changes"), transaction(system(tenant.id, "x")) as tx:
            tx.session.connection().exec_driver_sql(change)
    assert owned_by(tenant, Invoice, invoice.id).due_on == invoice.due_on


@pytest.mark.parametrize(
    "column", ["last_number = last_number + 2", "last_number = last_number - 1", "last_number = 1"]
)
def test_a_series_neither_jumps_nor_goes_back(tenant: Tenant, column: str) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    for _ in range(3):
        an_invoice(tenant, customer, issued_on=date(2026, 5, 4))
    with pytest.raises(IntegrityError, match="follow one another"), transaction(system(tenant.id, "x")) as tx:
        tx.session.connection().exec_driver_sql(f"update invoice_series set {column}")


def test_a_number_that_no_invoice_bears_is_not_taken(tenant: Tenant) -> None:
    an_issuer(tenant)
    an_invoice(tenant, a_customer(tenant), issued_on=date(2026, 5, 4))
    with pytest.raises(IntegrityError, match="no invoice bears"), transaction(system(tenant.id, "x")) as tx:
        series = tx.session.get_one(InvoiceSeries, (tenant.id, 2026))
        series.last_number += 1


def test_what_is_open_follows_the_matchings_and_nothing_else(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice, payment = an_invoice(tenant, customer, 12_000), a_payment(tenant, customer, 20_000)
    facts = {"kind": "payment", "invoice_id": invoice.id, "payment_id": payment.id, "reason": "x"}
    with transaction(system(tenant.id, "x")) as tx:
        tx.add(Matching(**facts, amount_cents=7_000, matched_on=tx.now.date(), matched_at=tx.now))
    assert owned_by(tenant, Receivable, invoice.id).open_cents == 5_000
    with pytest.raises(IntegrityError, match="ck_receivable_open"), transaction(system(tenant.id, "x")) as tx:
        tx.add(Matching(**facts, amount_cents=5_001, matched_on=tx.now.date(), matched_at=tx.now))
    with pytest.raises(IntegrityError, match="not rewritten"), transaction(system(tenant.id, "x")) as tx:
        tx.session.connection().exec_driver_sql("update receivable set open_cents = 0")


def test_a_draft_may_change(tenant: Tenant) -> None:
    draft = a_draft(tenant, a_customer(tenant), 1_000, 2_000)
    with transaction(system(tenant.id, "x")) as tx:
        tx.session.query(InvoiceLine).filter(InvoiceLine.position == 2).delete()
    assert draft.total_cents == 3_000
