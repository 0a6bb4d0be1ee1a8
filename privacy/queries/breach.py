"""The notebook of breaches of the session's tenant."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from privacy.models import Breach, BreachRevision
from tenants.models import User


def get_breach(session: Session, tenant_id: UUID, breach_id: UUID, lock: bool = False) -> Breach:
    """A breach. Raises NotFound."""
    found = session.get(Breach, (tenant_id, breach_id), with_for_update=lock or None)
    if found is None:
        raise NotFound()
    return found


def list_breaches(session: Session, limit: int = 100) -> Sequence[Breach]:
    """Those that are not closed by age, then the others, the last first."""
    open_first = Breach.closed_at.is_not(None)
    return session.scalars(select(Breach).order_by(open_first, Breach.detected_at.desc()).limit(limit)).all()


def list_open(session: Session) -> Sequence[Breach]:
    """Those that are being handled, the oldest first."""
    return session.scalars(select(Breach).where(Breach.closed_at.is_(None)).order_by(Breach.detected_at)).all()


def list_revisions(session: Session, breach_id: UUID) -> Sequence[tuple[BreachRevision, str]]:
    """(revision, who wrote it), the last first."""
    rows = session.execute(
        select(BreachRevision, User.name)
        .outerjoin(User, User.id == BreachRevision.author_id)
        .where(BreachRevision.breach_id == breach_id)
        .order_by(BreachRevision.revision.desc())
    )
    return [(revision, name or "") for revision, name in rows]


def next_number(session: Session, year: int) -> str:
    """« VD-2026-03 »; the caller has locked the portal."""
    beginning = f"VD-{year}-"
    last = session.scalar(select(func.max(Breach.number)).where(Breach.number.startswith(beginning)))
    return f"{beginning}{int(last.removeprefix(beginning)) + 1 if last else 1:03}"
