"""Charging: something that was done or is owed becomes a draft invoice, once."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from billing.models import Customer, Invoice, InvoiceLine
from billing.queries import vat as queries
from billing.queries.draft_line import find_charged
from billing.rules.shares import Part
from billing.rules.states import INVOICE
from billing.rules.vat import Regime, choose, tax_day
from billing.rules.work import ONE
from billing.service.vat import Amounts, Measure, of_net, of_total, regime_columns, status_of
from kit.db import uuid7
from kit.transaction import Tx
from services_catalog.service.today import today


@dataclass(frozen=True, slots=True)
class Charge:
    """What a customer is charged. (source, source_key, share) names it once and for all.

    Either `total_cents` was agreed (VAT is inside it: at `quoted_rate`, in basis points, `quoted_vat_cents`), or
    `net_cents` (VAT comes on top). `quantity` of `unit_code` is shown when it divides the net exactly, so `detail` says
    it in words.
    """

    source: str
    source_key: str
    customer: Customer
    subject: str
    designation: str
    total_cents: int | None = None
    net_cents: int | None = None
    share: str = "whole"
    detail: str = ""
    quantity: int = 1
    unit_code: str = ONE
    quoted_vat_cents: int | None = None
    quoted_rate: int | None = None
    service_id: UUID | None = None
    order_id: UUID | None = None
    campaign_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    delivered_on: date | None = None
    engagement_number: str = ""
    service_code: str = ""
    purchaser_reference: str = ""


def charge(tx: Tx, wanted: Charge) -> Invoice | None:
    """A new draft with its one line; None when it was charged already, or is nothing.

    Its VAT is that of the rules in force the day it was done, or none yet: the draft then waits for a rule.
    """
    if (wanted.total_cents is None) == (wanted.net_cents is None):
        raise ValueError("A charge has a total or a net amount, not both.")
    if not (wanted.total_cents or wanted.net_cents):
        return None
    if find_charged(tx.session, wanted.source, wanted.source_key, wanted.share) is not None:
        return None
    regime = _regime(tx, wanted)
    amounts = _amounts(wanted, regime)
    invoice = tx.add(Invoice(**_invoice(tx, wanted, amounts)))
    tx.session.flush()
    if not _write_line(tx, invoice, wanted, amounts, regime):
        tx.session.delete(invoice)  # somebody else charged it at the same instant
        tx.session.flush()
        return None
    tx.audit("draft.create", invoice.id, source=wanted.source, share=wanted.share, total_cents=invoice.total_cents)
    return invoice


def _regime(tx: Tx, wanted: Charge) -> Regime | None:
    on = tax_day(wanted.ends_on or wanted.delivered_on, today(tx))
    return choose(
        queries.list_rules(tx.session),
        service_id=wanted.service_id,
        subject=wanted.subject,
        status=status_of(tx, wanted.customer, on),
        on=on,
    )


def _amounts(wanted: Charge, regime: Regime | None) -> Amounts:
    measure = Measure(wanted.quantity, wanted.unit_code)
    if wanted.net_cents is not None:
        return of_net(wanted.net_cents, regime, measure)
    total, vat = wanted.total_cents or 0, wanted.quoted_vat_cents
    part = Part(wanted.share, total, vat) if vat is not None else None
    return of_total(total, regime, measure, part, wanted.quoted_rate)


def _invoice(tx: Tx, wanted: Charge, amounts: Amounts) -> dict[str, Any]:
    customer = wanted.customer
    return {
        "id": uuid7(),
        "kind": "invoice",
        "state": INVOICE.initial,
        "customer_id": customer.id,
        "organisation_id": customer.organisation_id,
        "is_funder": customer.is_funder,
        "engagement_number": wanted.engagement_number,
        "service_code": wanted.service_code or customer.service_code,
        "purchaser_reference": wanted.purchaser_reference,
        "period_starts_on": wanted.starts_on,
        "period_ends_on": wanted.ends_on,
        "delivered_on": wanted.delivered_on,
        "net_cents": amounts.net_cents,
        "vat_cents": amounts.vat_cents,
        "total_cents": amounts.total_cents,
        "created_by": tx.actor.user_id,
        "created_at": tx.now,
    }


def _write_line(tx: Tx, invoice: Invoice, wanted: Charge, amounts: Amounts, regime: Regime | None) -> bool:
    """Whether the line is new: two may charge the same thing at the same instant, and one of them does."""
    row = {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "invoice_id": invoice.id,
        "position": 1,
        "subject": wanted.subject,
        "source": wanted.source,
        "source_key": wanted.source_key,
        "share": wanted.share,
        "order_id": wanted.order_id,
        "service_id": wanted.service_id,
        "campaign_id": wanted.campaign_id,
        "designation": wanted.designation,
        "detail": wanted.detail,
        "period_starts_on": wanted.starts_on,
        "period_ends_on": wanted.ends_on,
        **{name: getattr(amounts, name) for name in Amounts.__slots__},
        **regime_columns(regime),
    }
    statement = (
        insert(InvoiceLine)
        .values(row)
        .on_conflict_do_nothing(
            index_elements=["tenant_id", "source", "source_key", "share"], index_where=InvoiceLine.credits_id.is_(None)
        )
    )
    return tx.session.scalar(statement.returning(InvoiceLine.id)) is not None
