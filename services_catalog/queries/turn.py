"""Turns: two people may choose the same address, reference or SIRET at the same instant."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def take_turn(session: Session, tenant_id: UUID, what: str) -> None:
    """Whoever adds or renames a `what` of the tenant waits for the others, until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{what}:{tenant_id}", 0))))
