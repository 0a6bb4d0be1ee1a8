"""Identity providers of a portal, and people as providers know them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from tenants.models import Challenge, ExternalIdentity, IdentityProvider
from tenants.models import Session as SignedIn


def list_providers(session: Session, tenant_id: UUID) -> Sequence[IdentityProvider]:
    """The providers that a portal has set up, enabled or not: two at most."""
    return session.scalars(
        select(IdentityProvider).where(IdentityProvider.tenant_id == tenant_id).order_by(IdentityProvider.kind)
    ).all()


def find_provider(session: Session, tenant_id: UUID, kind: str, lock: bool = False) -> IdentityProvider | None:
    """One of them."""
    return session.get(IdentityProvider, (tenant_id, kind), with_for_update=lock or None)


def find_identity(session: Session, issuer: str, sub: str) -> ExternalIdentity | None:
    """Whoever an issuer calls `sub`."""
    return session.scalar(
        select(ExternalIdentity).where(ExternalIdentity.issuer == issuer, ExternalIdentity.sub == sub)
    )


def list_identities(session: Session, user_id: UUID) -> Sequence[ExternalIdentity]:
    """A person's identities, oldest first."""
    return session.scalars(
        select(ExternalIdentity)
        .where(ExternalIdentity.user_id == user_id)
        .order_by(ExternalIdentity.created_at, ExternalIdentity.id)
    ).all()


def take_challenge(session: Session, purpose: str, subject: str, digest: str, now: datetime) -> dict[str, Any] | None:
    """What to go on with, once: the row goes away. None when nobody asked for this answer here, or too long ago."""
    return session.scalar(
        delete(Challenge)
        .where(
            Challenge.purpose == purpose,
            Challenge.subject == subject,
            Challenge.digest == digest,
            Challenge.expires_at > now,
        )
        .returning(Challenge.facts)
    )


def find_challenge(session: Session, purpose: str, subject: str, digest: str, now: datetime) -> dict[str, Any] | None:
    """The same, left in place."""
    return session.scalar(
        select(Challenge.facts).where(
            Challenge.purpose == purpose,
            Challenge.subject == subject,
            Challenge.digest == digest,
            Challenge.expires_at > now,
        )
    )


def find_session_identity(session: Session, digest: str) -> Row[str, str] | None:
    """How a session came in: (method, id_token, sealed)."""
    return session.execute(select(SignedIn.method, SignedIn.id_token).where(SignedIn.digest == digest)).first()


def find_session_places(session: Session, session_id: UUID) -> Row[Any] | None:
    """What the identity that a session came by says, and the places kept in the session: (claims, activities)."""
    return session.execute(
        select(ExternalIdentity.claims, SignedIn.activities)
        .join(SignedIn, SignedIn.identity_id == ExternalIdentity.id)
        .where(SignedIn.id == session_id)
    ).first()


def leave_identity(session: Session, identity_id: UUID, kept: UUID | None) -> None:
    """End the sessions that came by an identity; `kept`, the one that asks, goes on without it."""
    session.execute(delete(SignedIn).where(SignedIn.identity_id == identity_id, SignedIn.id != kept))
    session.execute(update(SignedIn).where(SignedIn.identity_id == identity_id).values(identity_id=None))
