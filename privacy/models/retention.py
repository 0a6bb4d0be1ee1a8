"""How long things are kept in a portal, and what each day's purge did."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, OwnedByTenant


class RetentionPolicy(OwnedByTenant, Base):
    """The periods the GRADeS adopted: months by kind (privacy.rules.retention). Without a row nothing is purged."""

    __tablename__ = "retention_policy"

    months: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    adopted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    adopted_at: Mapped[datetime] = mapped_column(INSTANT)


class PurgeRun(OwnedByTenant, Base):
    """The purge of a day, in the portal's zone. `counts` by kind grows with each batch; killed, it goes on."""

    __tablename__ = "purge_run"
    __table_args__ = (
        CheckConstraint("finished_at >= started_at", "order"),
        Index(None, "tenant_id", postgresql_where=text("finished_at is null")),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    months: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT)
