"""Sign-in links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tenants.models import SignInLink


def find_link(session: Session, tenant_id: UUID, digest: str) -> SignInLink | None:
    """A link of a portal, whatever became of it."""
    return session.scalar(select(SignInLink).where(SignInLink.tenant_id == tenant_id, SignInLink.digest == digest))


def take_link(
    session: Session, tenant_id: UUID, digest: str, browser: str, now: datetime, most_tries: int | None = None
) -> SignInLink | None:
    """Use a link, once, in the browser of this digest when it was asked by one: of two that try together, one gets it
    and the other None. From `most_tries` wrong codes on it is dead."""
    taken = update(SignInLink).where(
        SignInLink.digest == digest,
        SignInLink.tenant_id == tenant_id,
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > now,
        or_(SignInLink.browser.is_(None), SignInLink.browser == browser),
    )
    if most_tries is not None:
        taken = taken.where(SignInLink.attempts < most_tries)
    return session.scalar(taken.values(used_at=now).returning(SignInLink))


def try_links(session: Session, tenant_id: UUID, browser: str, now: datetime, most_tries: int) -> list[SignInLink]:
    """Count one try of a code on every live link that a browser asked for, and give those that may still be used."""
    tried = (
        update(SignInLink)
        .where(
            SignInLink.tenant_id == tenant_id,
            SignInLink.browser == browser,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
            SignInLink.attempts < most_tries,
        )
        .values(attempts=SignInLink.attempts + 1)
        .returning(SignInLink)
    )
    return list(session.scalars(tried).all())


def find_sent_link(session: Session, tenant_id: UUID, link_id: UUID) -> SignInLink | None:
    """The link of an event."""
    return session.scalar(select(SignInLink).where(SignInLink.id == link_id, SignInLink.tenant_id == tenant_id))
