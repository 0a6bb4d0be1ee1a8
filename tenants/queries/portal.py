"""A portal's own rows: its tenant, its profile, its exports."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from tenants.models import Tenant, TenantExport, TenantProfile


def get_tenant(session: Session, tenant_id: UUID, lock: bool = False) -> Tenant:
    """The tenant's row. Raises NotFound."""
    tenant = session.get(Tenant, tenant_id, with_for_update=lock or None, populate_existing=lock)
    if tenant is None:
        raise NotFound()
    return tenant


def find_profile(session: Session, tenant_id: UUID, lock: bool = False) -> TenantProfile | None:
    """What the portal says of itself, if it was ever set."""
    return session.get(TenantProfile, tenant_id, with_for_update=lock or None)


def new_profile(now: datetime) -> TenantProfile:
    """A profile that says nothing yet."""
    texts = {name: "" for name, column in TenantProfile.__table__.columns.items() if column.type.python_type is str}
    return TenantProfile(**texts, departments=[], revision=1, updated_at=now)


def is_taken(session: Session, domain: str, tenant_id: UUID) -> bool:
    """Whether this host leads to another portal. Whoever asks next waits for the end of this transaction."""
    session.execute(select(func.pg_advisory_xact_lock(720703)))
    return bool(session.scalar(select(exists().where(Tenant.domain == domain, Tenant.id != tenant_id))))


def list_exports(session: Session, limit: int = 20) -> Sequence[TenantExport]:
    """The tenant's exports, the newest first."""
    return session.scalars(select(TenantExport).order_by(TenantExport.id.desc()).limit(limit)).all()


def get_export(session: Session, tenant_id: UUID, export_id: UUID, lock: bool = False) -> TenantExport:
    """One export. Raises NotFound."""
    export = session.get(TenantExport, (tenant_id, export_id), with_for_update=lock or None)
    if export is None:
        raise NotFound()
    return export


def find_unfinished_export(session: Session) -> TenantExport | None:
    """The export that is asked for or under way."""
    return session.scalar(select(TenantExport).where(TenantExport.state.in_(("asked", "running"))).limit(1))


def find_ready_export(session: Session, now: datetime) -> TenantExport | None:
    """The newest archive that can be taken away."""
    ready = select(TenantExport).where(TenantExport.state == "ready", TenantExport.expires_at > now)
    return session.scalar(ready.order_by(TenantExport.id.desc()).limit(1))


def find_work(session: Session, now: datetime) -> TenantExport | None:
    """The export that somebody should work on: asked for, or left by whoever held it. Locked; others pass."""
    waiting = TenantExport.state.in_(("asked", "running"))
    free = or_(TenantExport.held_until.is_(None), TenantExport.held_until <= now)
    oldest = select(TenantExport).where(waiting, free).order_by(TenantExport.id).limit(1)
    return session.scalar(oldest.with_for_update(skip_locked=True))


def list_expired(session: Session, now: datetime) -> Sequence[TenantExport]:
    """The archives whose days are over."""
    return session.scalars(
        select(TenantExport).where(TenantExport.state == "ready", TenantExport.expires_at <= now)
    ).all()


def find_fetched(session: Session, since: datetime) -> TenantExport | None:
    """The last archive that somebody took away since an instant."""
    taken = select(TenantExport).where(TenantExport.fetched_at >= since)
    return session.scalar(taken.order_by(TenantExport.fetched_at.desc()).limit(1))
