"""Money that came, and what it paid."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.models import Matching, Payment
from kit.errors import NotFound


def get_payment(session: Session, payment_id: UUID, lock: bool = False) -> Payment:
    """A payment; `lock` reads it anew and makes whoever uses it take turns. Raises NotFound."""
    query = select(Payment).where(Payment.id == payment_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def get_matching(session: Session, matching_id: UUID, lock: bool = False) -> Matching:
    """A matching, undone or not. Raises NotFound."""
    query = select(Matching).where(Matching.id == matching_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound()
    return found
