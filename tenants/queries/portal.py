"""A portal's own rows: its tenant, its profile, its exports."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
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
    """Whether this host leads to another portal."""
    return bool(session.scalar(select(exists().where(Tenant.domain == domain, Tenant.id != tenant_id))))


def list_exports(session: Session, limit: int = 20) -> Sequence[TenantExport]:
    """The tenant's exports, the newest first."""
    return session.scalars(select(TenantExport).order_by(TenantExport.id.desc()).limit(limit)).all()
