"""What somebody agreed to in the session's tenant."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.models.consent import Consent


def last_consent(session: Session, user_id: UUID, purpose: str) -> Consent | None:
    """The last word of a person on a purpose."""
    said = select(Consent).where(Consent.user_id == user_id, Consent.purpose == purpose)
    return session.scalar(said.order_by(Consent.id.desc()).limit(1))


def list_consents(session: Session, user_id: UUID) -> Sequence[Consent]:
    """Everything a person said, the last first: a handful."""
    return session.scalars(select(Consent).where(Consent.user_id == user_id).order_by(Consent.id.desc())).all()
