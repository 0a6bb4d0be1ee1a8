"""Sign-in links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tenants.models import SignInLink


def find_link(session: Session, tenant_id: UUID, digest: str) -> SignInLink | None:
    """A link of a portal, whatever became of it."""
    return session.scalar(select(SignInLink).where(SignInLink.tenant_id == tenant_id, SignInLink.digest == digest))


def take_link(session: Session, tenant_id: UUID, digest: str, now: datetime) -> SignInLink | None:
    """Use a link, once: of two that try together, one gets it and the other None."""
    return session.scalar(
        update(SignInLink)
        .where(
            SignInLink.digest == digest,
            SignInLink.tenant_id == tenant_id,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInLink)
    )


def find_sent_link(session: Session, tenant_id: UUID, link_id: UUID) -> SignInLink | None:
    """The link of an event."""
    return session.scalar(select(SignInLink).where(SignInLink.id == link_id, SignInLink.tenant_id == tenant_id))
