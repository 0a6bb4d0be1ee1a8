"""What was charged already."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.models import InvoiceLine


def find_charged(session: Session, source: str, source_key: str, share: str) -> UUID | None:
    """The line that charges something, whatever became of its draft."""
    query = select(InvoiceLine.id).where(
        InvoiceLine.source == source,
        InvoiceLine.source_key == source_key,
        InvoiceLine.share == share,
        InvoiceLine.credits_id.is_(None),
    )
    return session.scalar(query)
