"""The sessions of a person: the browsers they are signed in with."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tenants.models import Session as SignedIn


def list_sessions(session: Session, user_id: UUID, now: datetime) -> Sequence[SignedIn]:
    """Those that have not ended, the last used first."""
    return session.scalars(
        select(SignedIn)
        .where(SignedIn.user_id == user_id, SignedIn.expires_at > now)
        .order_by(SignedIn.seen_at.desc(), SignedIn.id)
    ).all()


def find_session(session: Session, session_id: UUID) -> SignedIn | None:
    """A session by its identifier, which stays when its secret changes."""
    return session.scalar(select(SignedIn).where(SignedIn.id == session_id))


def end_sessions(session: Session, user_id: UUID, but: UUID | None = None) -> int:
    """End every session of a person, `but` one; returns how many."""
    ended = delete(SignedIn).where(SignedIn.user_id == user_id)
    if but is not None:
        ended = ended.where(SignedIn.id != but)
    return len(session.scalars(ended.returning(SignedIn.id)).all())
