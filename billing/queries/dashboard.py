"""What billing waits for, and its figures: by month, by family of services, by campaign. Credit notes are taken off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, case, cast, func, select
from sqlalchemy.orm import Session

from billing.models import Customer, Invoice, InvoiceLine, Payment, Receivable, Transmission
from campaigns.models import Campaign
from services_catalog.models import Service

_INVOICE = and_(Invoice.tenant_id == InvoiceLine.tenant_id, Invoice.id == InvoiceLine.invoice_id)
_RECEIVABLE = and_(Receivable.tenant_id == Invoice.tenant_id, Receivable.id == Invoice.id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of each wait for somebody, and how much they are (cents)."""

    number: int
    cents: int


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """What was invoiced of a campaign's orders (no campaign: None): VAT included, and before VAT."""

    campaign_id: UUID | None
    title: str | None
    slug: str | None
    invoices: int
    subsidy_cents: int
    remainder_cents: int
    net_cents: int

    @property
    def total_cents(self) -> int:
        """Both shares."""
        return self.subsidy_cents + self.remainder_cents


def waiting(session: Session, today: date) -> Mapping[str, Waiting]:
    """Everything that waits for somebody, in one statement."""
    draft = and_(Invoice.state == "draft")
    refused = func.jsonb_array_length(Invoice.findings) > 0
    owed = and_(Receivable.open_cents > 0, Receivable.is_credit.is_(False))
    sent = and_(Invoice.tenant_id == Transmission.tenant_id, Invoice.id == Transmission.invoice_id)
    counted = {
        "drafts": _of(Invoice, _signed(Invoice.total_cents), draft, ~refused),
        "refused": _of(Invoice, _signed(Invoice.total_cents), draft, refused),
        "queued": _of(Invoice, Invoice.total_cents, Invoice.state == "queued"),
        "unknown": _of(Payment, Payment.open_cents, Payment.customer_id.is_(None), Payment.open_cents > 0),
        "unmatched": _of(Payment, Payment.open_cents, Payment.customer_id.is_not(None), Payment.open_cents > 0),
        "contested": _of(Receivable, Receivable.open_cents, owed, Receivable.state == "contested"),
        "late": _of(Receivable, Receivable.open_cents, owed, Receivable.state == "due", Receivable.due_on < today),
        "open": _of(Receivable, Receivable.open_cents, owed),
        "rejected": _of(Transmission, Invoice.total_cents, sent, Transmission.state.in_(("rejected", "failed"))),
        "by_hand": _of(
            Transmission, Invoice.total_cents, sent, Transmission.channel == "manual", Transmission.state == "waiting"
        ),
    }
    row = session.execute(select(*(part for pair in counted.values() for part in pair))).one()
    return {key: Waiting(int(row[2 * at]), int(row[2 * at + 1])) for at, key in enumerate(counted)}


def has_customers(session: Session) -> bool:
    """Whether anybody may be invoiced."""
    return session.scalar(select(Customer.id).limit(1)) is not None


def _of(table: Any, amount: Any, *conditions: Any) -> tuple[Any, Any]:
    """Two scalar subqueries: how many, how much."""
    return (
        select(func.count()).select_from(table).where(*conditions).scalar_subquery(),
        select(func.coalesce(func.sum(amount), 0)).select_from(table).where(*conditions).scalar_subquery(),
    )


def invoiced_by_month(session: Session, since: date, until: date) -> dict[date, int]:
    """VAT included, by the first day of the month."""
    return _by_month(session, Invoice.issued_on, _signed(Invoice.total_cents), since, until, Invoice.state == "issued")


def paid_by_month(session: Session, since: date, until: date) -> dict[date, int]:
    """Money received, by the first day of the month."""
    return _by_month(session, Payment.received_on, Payment.amount_cents, since, until)


def _by_month(session: Session, on: Any, amount: Any, since: date, until: date, *conditions: Any) -> dict[date, int]:
    month = cast(func.date_trunc("month", on), Date)
    query = select(month, func.sum(amount)).where(on.between(since, until), *conditions).group_by(month)
    return {row[0]: int(row[1]) for row in session.execute(query)}


def revenue_by_family(session: Session, since: date, until: date) -> Sequence[tuple[str | None, str, int]]:
    """(family, subject, cents before VAT): no family where there is no service."""
    service = and_(Service.tenant_id == InvoiceLine.tenant_id, Service.id == InvoiceLine.service_id)
    query = (
        select(Service.family, InvoiceLine.subject, func.sum(_signed(InvoiceLine.net_cents)))
        .select_from(InvoiceLine)
        .join(Invoice, _INVOICE)
        .outerjoin(Service, service)
        .where(Invoice.state == "issued", Invoice.issued_on.between(since, until))
        .group_by(Service.family, InvoiceLine.subject)
    )
    return [(family, subject, int(cents)) for family, subject, cents in session.execute(query)]


def figures_by_campaign(session: Session, since: date, until: date) -> Sequence[CampaignFigures]:
    """What was invoiced in a period by campaign, the largest first; what belongs to no campaign, last."""
    campaign = and_(Campaign.tenant_id == InvoiceLine.tenant_id, Campaign.id == InvoiceLine.campaign_id)
    total = _signed(InvoiceLine.total_cents)
    query = (
        select(
            InvoiceLine.campaign_id,
            Campaign.title,
            Campaign.slug,
            func.count(Invoice.id.distinct()),
            func.coalesce(func.sum(total).filter(InvoiceLine.share == "ars"), 0),
            func.coalesce(func.sum(total).filter(InvoiceLine.share != "ars"), 0),
            func.sum(_signed(InvoiceLine.net_cents)),
        )
        .select_from(InvoiceLine)
        .join(Invoice, _INVOICE)
        .outerjoin(Campaign, campaign)
        .where(Invoice.state == "issued", Invoice.issued_on.between(since, until))
        .group_by(InvoiceLine.campaign_id, Campaign.title, Campaign.slug)
        .order_by(InvoiceLine.campaign_id.is_(None), func.sum(total).desc(), Campaign.title)
        .limit(500)
    )
    return [CampaignFigures(*row[:4], *(int(cents) for cents in row[4:])) for row in session.execute(query)]


def _signed(amount: Any) -> ColumnElement[int]:
    """What a credit note takes off."""
    return case((Invoice.kind == "credit_note", -amount), else_=amount)
