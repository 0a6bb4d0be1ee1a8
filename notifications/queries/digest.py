"""What waits for a digest."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from notifications.models import Notification


def digest_is_due(session: Session, now: datetime) -> bool:
    """Whether somebody of the session's tenant should have theirs."""
    due = exists().where(Notification.state == "held", Notification.hold_until <= now)
    return bool(session.scalar(select(due)))


def due_readers(session: Session, now: datetime, size: int) -> Sequence[UUID]:
    """Whose digest is due, at most `size` people."""
    due = select(Notification.user_id).where(Notification.state == "held", Notification.hold_until <= now)
    found = session.scalars(due.distinct().order_by(Notification.user_id).limit(size))
    return [user_id for user_id in found if user_id is not None]


def lock_due(session: Session, user_id: UUID, now: datetime) -> Sequence[Notification]:
    """What waits for one person's digest, oldest first, locked: whoever comes second waits, and finds none."""
    due = select(Notification).where(
        Notification.user_id == user_id, Notification.state == "held", Notification.hold_until <= now
    )
    return session.scalars(due.order_by(Notification.id).with_for_update()).all()


def lock_held(session: Session, user_id: UUID) -> Sequence[Notification]:
    """Everything that waits for a digest of one person, locked."""
    held = select(Notification).where(Notification.user_id == user_id, Notification.state == "held")
    return session.scalars(held.order_by(Notification.id).with_for_update()).all()
