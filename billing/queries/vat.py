"""VAT rules, and the services they may name."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.models import Invoice, VatRule
from bookings.models import Order, Quote
from kit.errors import NotFound
from services_catalog.models import Service

NO_RULE = "Cette règle de TVA n’existe pas, ou vous n’y avez pas accès."
# A tenant has some dozens of rules: all are read at once.
MOST_RULES = 1_000


def list_rules(session: Session) -> Sequence[VatRule]:
    """Every rule, those of everything first, then by subject, service, status, and day."""
    query = select(VatRule).order_by(
        VatRule.service_id.is_not(None),
        VatRule.service_id,
        VatRule.subject.nulls_first(),
        VatRule.status.nulls_first(),
        VatRule.starts_on.desc(),
        VatRule.id,
    )
    return session.scalars(query.limit(MOST_RULES)).all()


def get_rule(session: Session, rule_id: UUID, lock: bool = False) -> VatRule:
    """A rule. Raises NotFound."""
    query = select(VatRule).where(VatRule.id == rule_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_RULE)
    return found


def list_services(session: Session) -> Sequence[Service]:
    """The services that a rule may name, by title."""
    return session.scalars(select(Service).where(Service.version > 0).order_by(Service.title_norm, Service.id)).all()


def quotes_of_orders(session: Session, order_ids: Collection[UUID]) -> dict[UUID, Quote]:
    """The quote of each order."""
    if not order_ids:
        return {}
    query = (
        select(Order.id, Quote)
        .join(Quote, (Quote.tenant_id == Order.tenant_id) & (Quote.id == Order.quote_id))
        .where(Order.id.in_(order_ids))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def lock_drafts(session: Session) -> Sequence[Invoice]:
    """The drafts whose VAT follows the rules, locked; not those queued. One that somebody holds is waited for."""
    query = select(Invoice).where(Invoice.state == "draft", Invoice.kind == "invoice").order_by(Invoice.id)
    return session.scalars(query.with_for_update()).all()
