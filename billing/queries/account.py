"""Whose accounts: the customers that somebody may ask a statement of."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from billing.models import Customer


def list_customers_of(session: Session, organisation_ids: Sequence[UUID], for_funder: bool) -> Sequence[Customer]:
    """The customers that organisations are, and the ARS's for its people."""
    found: list[ColumnElement[bool]] = [Customer.organisation_id.in_(organisation_ids)]
    if for_funder:
        found.append(and_(Customer.is_funder, Customer.organisation_id.is_(None)))
    query = select(Customer).where(or_(*found))
    return session.scalars(query.order_by(Customer.name, Customer.number).limit(200)).all()
