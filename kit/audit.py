"""The audit log: who did what to what, and when; written in the transaction of the act. No personal content."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant


class AuditLine(OwnedByTenant, Identified, Base):
    """One act. `action` is `thing.move`; `facts` holds identifiers and figures, never what people wrote."""

    __tablename__ = "audit_line"
    __table_args__ = (Index(None, "tenant_id", "subject_id", "id"),)

    at: Mapped[datetime] = mapped_column(INSTANT)
    action: Mapped[str]
    subject_id: Mapped[UUID | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    request_id: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
