"""Issuing: a draft that waits takes its number, is frozen, owed and entered in the accounts, in one transaction.

All that may take time (reading, the XML, both schematrons) comes first; the series is locked for milliseconds. Killed
at any moment, the draft still waits, and no number is lost: it is taken with the invoice that bears it.
"""

from dataclasses import replace
from typing import Any, Literal, TypeAlias
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from billing.models import Customer, Invoice, InvoiceDocument, Receivable
from billing.queries import invoice as invoices
from billing.queries import issue_run as runs
from billing.rules.content import Content
from billing.rules.numbering import number, payment_reference
from billing.rules.sale import sale_sides
from billing.rules.states import INVOICE, INVOICE_LABELS
from billing.service.checking import Lacking, Ready, check
from billing.service.journal import post
from billing.service.series import ClockBehind, check_clock, next_rank
from billing.service.settling import hold_for, settle
from kit.actor import system
from kit.errors import CrrcError
from kit.french import NBSP
from kit.transaction import Tx, transaction
from services_catalog.service.today import today

NAME = "émission"
TECHNICAL = (
    f"Une erreur technique a empêché l’émission{NBSP}: aucun numéro n’a été pris. Réessayez{NBSP}; "
    "si cela se reproduit, donnez le jour et l’heure à l’assistance."
)
log = structlog.get_logger("crrc.billing")

Outcome: TypeAlias = Literal["nothing", "issued", "refused", "behind"]


def issue_next(tenant_id: UUID) -> Outcome:
    """Issue the oldest draft that waits, or return it with its findings. `behind`: the clock is, and it still waits."""
    taken: UUID | None = None
    try:
        with transaction(system(tenant_id, NAME)) as tx:
            draft = runs.take_queued(tx.session)
            if draft is None:
                return "nothing"
            taken = draft.id
            check_clock(tx, today(tx))
            checked = check(tx, draft)
            if isinstance(checked, Lacking):
                give_back(tx, draft, checked.findings)
                return "refused"
            issue(tx, draft, checked)
            return "issued"
    except ClockBehind as error:
        log.warning("clock_behind", tenant_id=str(tenant_id), sentence=error.sentence)
        return "behind"
    except OperationalError:
        raise  # the database is away or this row is disputed: the draft still waits
    except Exception as error:
        if taken is None:
            raise
        return _give_back_later(tenant_id, taken, error)


def issue(tx: Tx, draft: Invoice, ready: Ready) -> None:
    """Give a checked draft (locked, queued) the next number, and write all that follows from it.

    Raises ClockBehind. Locks, in this order: what it settles, the series, the journal's numbers.
    """
    on = ready.content.issue_date
    hold_for(tx, draft)
    rank = next_rank(tx, on)
    taken = number(ready.issuer.prefix, on.year, rank)
    content = replace(ready.content, number=taken, payment_reference=payment_reference(taken))
    _freeze(tx, draft, rank, content)
    tx.add(_receivable(draft, ready.customer))
    tx.add(InvoiceDocument(invoice_id=draft.id, next_attempt_at=tx.now))
    tx.session.flush()
    settle(tx, draft)
    post(
        tx,
        journal="VE",
        on=on,
        piece=taken,
        piece_on=on,
        wording=f"{INVOICE_LABELS[draft.kind]} {taken} {ready.customer.name}",
        subject="invoice",
        subject_id=draft.id,
        sides=sale_sides(draft.kind, draft.customer_id, ready.customer.is_funder, content.vat, draft.total_cents),
    )


def give_back(tx: Tx, draft: Invoice, findings: list[dict[str, Any]]) -> None:
    """Back to the drafts, with what it lacks in the user's words."""
    draft.findings = findings
    draft.revision += 1
    tx.advance(draft, INVOICE, "return", findings=len(findings))


def _freeze(tx: Tx, draft: Invoice, rank: int, content: Content) -> None:
    run = runs.find_run(tx.session, draft.run_id)
    draft.number, draft.series_year, draft.series_number = content.number, content.issue_date.year, rank
    draft.issued_on, draft.due_on, draft.issued_at = content.issue_date, content.due_date, tx.now
    draft.payment_reference, draft.content, draft.findings = content.payment_reference, content.as_json(), []
    draft.issued_by = run.asked_by if run else None
    tx.advance(draft, INVOICE, "issue", number=content.number)


def _receivable(invoice: Invoice, customer: Customer) -> Receivable:
    return Receivable(
        id=invoice.id,
        customer_id=customer.id,
        organisation_id=invoice.organisation_id,
        is_funder=invoice.is_funder,
        is_credit=invoice.kind == "credit_note",
        due_on=invoice.due_on,
        total_cents=invoice.total_cents,
        open_cents=invoice.total_cents,
    )


def _give_back_later(tenant_id: UUID, invoice_id: UUID, error: Exception) -> Outcome:
    """In a transaction of its own: whatever failed has left nothing behind."""
    if not isinstance(error, CrrcError):
        log.exception("issue_failed", invoice_id=str(invoice_id))
    sentence = error.sentence if isinstance(error, CrrcError) else TECHNICAL
    with transaction(system(tenant_id, NAME)) as tx:
        draft = invoices.get_invoice(tx.session, invoice_id, lock=True)
        if draft.state == "queued":
            give_back(tx, draft, [{"field": "", "sentence": sentence, "page": ""}])
    return "refused"
