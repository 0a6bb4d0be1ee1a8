"""Requests of people and their copies, in the session's tenant."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from privacy.models import PersonalExport, PrivacyRequest

OPEN = ("received", "erasing")


def get_request(session: Session, tenant_id: UUID, request_id: UUID, lock: bool = False) -> PrivacyRequest:
    """A request. Raises NotFound."""
    found = session.get(PrivacyRequest, (tenant_id, request_id), with_for_update=lock or None)
    if found is None:
        raise NotFound()
    return found


def next_number(session: Session, year: int) -> str:
    """« DP-2026-0007 »; the caller has locked the portal."""
    beginning = f"DP-{year}-"
    last = session.scalar(select(func.max(PrivacyRequest.number)).where(PrivacyRequest.number.startswith(beginning)))
    return f"{beginning}{int(last.removeprefix(beginning)) + 1 if last else 1:04}"


def list_requests(
    session: Session, is_open: bool, before: UUID | None = None, limit: int = 50
) -> Sequence[PrivacyRequest]:
    """Open ones by deadline, or closed ones, the last first."""
    query = select(PrivacyRequest).limit(limit)
    if is_open:
        due = query.where(PrivacyRequest.state.in_(OPEN)).order_by(PrivacyRequest.due_on, PrivacyRequest.id)
        return session.scalars(due).all()
    if before is not None:
        query = query.where(PrivacyRequest.id < before)
    closed = query.where(PrivacyRequest.state.not_in(OPEN)).order_by(PrivacyRequest.id.desc())
    return session.scalars(closed).all()


def list_of(session: Session, user_id: UUID) -> Sequence[PrivacyRequest]:
    """A person's own requests, the last first."""
    mine = select(PrivacyRequest).where(PrivacyRequest.user_id == user_id).order_by(PrivacyRequest.id.desc())
    return session.scalars(mine.limit(50)).all()


def has_open(session: Session, user_id: UUID, kind: str) -> bool:
    """Whether a person's request of this kind waits already."""
    query = select(PrivacyRequest.id).where(
        PrivacyRequest.user_id == user_id, PrivacyRequest.kind == kind, PrivacyRequest.state.in_(OPEN)
    )
    return session.scalar(query.limit(1)) is not None


def about(session: Session, user_id: UUID | None, email: str) -> Sequence[PrivacyRequest]:
    """Every request of the person, locked."""
    named = or_(
        False,
        *([PrivacyRequest.user_id == user_id] if user_id else []),
        *([func.lower(PrivacyRequest.email) == email] if email else []),
    )
    return session.scalars(select(PrivacyRequest).where(named).with_for_update()).all()


def take_erasing(session: Session) -> PrivacyRequest | None:
    """The erasure that has waited for longest."""
    query = select(PrivacyRequest).where(PrivacyRequest.state == "erasing").order_by(PrivacyRequest.id)
    return session.scalar(query.limit(1))


def count_erasing(session: Session) -> int:
    """How many erasures wait for a worker."""
    return session.scalar(select(func.count()).where(PrivacyRequest.state == "erasing")) or 0


def get_export(session: Session, tenant_id: UUID, export_id: UUID, lock: bool = False) -> PersonalExport:
    """A copy. Raises NotFound."""
    found = session.get(PersonalExport, (tenant_id, export_id), with_for_update=lock or None)
    if found is None:
        raise NotFound()
    return found


def list_exports(
    session: Session, user_id: UUID | None = None, request_id: UUID | None = None
) -> Sequence[PersonalExport]:
    """The copies that a person asked, or those of a request, the last first."""
    query = select(PersonalExport).order_by(PersonalExport.id.desc()).limit(10)
    if request_id is not None:
        return session.scalars(query.where(PersonalExport.request_id == request_id)).all()
    return session.scalars(query.where(PersonalExport.user_id == user_id, PersonalExport.request_id.is_(None))).all()


def take_export(session: Session, now: datetime) -> PersonalExport | None:
    """A copy to make, locked: one that nobody has in hand."""
    due = select(PersonalExport).where(PersonalExport.state == "asked", PersonalExport.next_attempt_at <= now)
    return session.scalar(due.order_by(PersonalExport.next_attempt_at).limit(1).with_for_update(skip_locked=True))


def take_expired(session: Session, now: datetime) -> PersonalExport | None:
    """A copy whose week is over, locked."""
    over = select(PersonalExport).where(PersonalExport.state == "ready", PersonalExport.expires_at <= now)
    return session.scalar(over.order_by(PersonalExport.expires_at).limit(1).with_for_update(skip_locked=True))


def count_exports_due(session: Session, now: datetime) -> int:
    """How many copies are to be made or removed now."""
    due = or_(
        (PersonalExport.state == "asked") & (PersonalExport.next_attempt_at <= now),
        (PersonalExport.state == "ready") & (PersonalExport.expires_at <= now),
    )
    return session.scalar(select(func.count()).where(due)) or 0
