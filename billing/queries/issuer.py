"""The issuer, and the numbers its series has taken."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.models import InvoiceSeries, Issuer


def find_issuer(session: Session, tenant_id: UUID, lock: bool = False) -> Issuer | None:
    """The tenant as it invoices, None while nothing was set."""
    return session.get(Issuer, (tenant_id,), with_for_update=lock or None)


def numbers_taken(session: Session, year: int) -> int:
    """How many numbers the series of a year has given."""
    return session.scalar(select(InvoiceSeries.last_number).where(InvoiceSeries.year == year)) or 0
