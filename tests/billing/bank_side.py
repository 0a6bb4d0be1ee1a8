"""A statement, a line left aside, a payment and what it pays, written straight into the tables."""

from datetime import date
from uuid import UUID

from billing.models import BankLine, BankStatement, Matching, Receivable
from kit.actor import system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import a_payment, owned_by

ON = date(2026, 5, 4)


def a_bank(tenant: Tenant, invoice_id: UUID) -> dict[str, str]:
    """An example of each address of the bank's pages, by the name of its argument; the payment settles one cent."""
    statement_id, line_id = _a_line(tenant)
    payment = a_payment(tenant, None, 500)
    customer_id = owned_by(tenant, Receivable, invoice_id).customer_id
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(type(payment), (tenant.id, payment.id)).customer_id = customer_id
        tx.session.flush()
        made = tx.add(
            Matching(
                id=uuid7(),
                kind="payment",
                invoice_id=invoice_id,
                payment_id=payment.id,
                amount_cents=1,
                reason="Essai",
                matched_on=ON,
                matched_at=tx.now,
            )
        )
    return {
        "statement_id": str(statement_id),
        "bank_line_id": str(line_id),
        "payment_id": str(payment.id),
        "matching_id": str(made.id),
    }


def _a_line(tenant: Tenant) -> tuple[UUID, UUID]:
    """A statement and its one line, that names the provider."""
    statement_id, line_id = uuid7(), uuid7()
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(
            BankStatement(
                id=statement_id,
                file_name="mai.xml",
                format="camt.053",
                sha256=statement_id.hex * 2,
                iban="",
                starts_on=ON,
                ends_on=ON,
                movements_cents=500,
                lines=1,
                known=0,
                imported_at=tx.now,
            )
        )
        tx.session.flush()
        facts = {"statement_id": statement_id, "position": 1, "fingerprint": line_id.hex, "booked_on": ON}
        tx.add(BankLine(id=line_id, amount_cents=500, wording="STRIPE", **facts))
    return statement_id, line_id
