"""The notebook of breaches of personal data (RGPD art. 33.5): nothing in it is ever removed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key
from privacy.rules.states import BREACH


class Breach(OwnedByTenant, Identified, Base):
    """A breach as it is known now: `content` is privacy.rules.breach.Account as JSON.

    The CNIL is told within 72 hours of `detected_at`; `notified_at` is when it was, or will never be (closed without).
    """

    __tablename__ = "breach"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint(one_of("state", BREACH.states), "state"),
        CheckConstraint("(state = 'closed') = (closed_at is not null)", "closed"),
        CheckConstraint("notified_at >= detected_at", "notified"),
        CheckConstraint("notified_at <= detected_at + interval '72 hours' or late_reason <> ''", "late"),
        Index(None, "tenant_id", "detected_at", postgresql_where=text("closed_at is null")),
    )

    number: Mapped[str]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default=BREACH.initial)
    detected_at: Mapped[datetime] = mapped_column(INSTANT)
    notified_at: Mapped[datetime | None] = mapped_column(INSTANT)
    cnil_reference: Mapped[str] = mapped_column(default="")
    late_reason: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class BreachRevision(OwnedByTenant, Base):
    """What the notebook said of a breach at each saving. Never changed nor removed."""

    __tablename__ = "breach_revision"
    __table_args__ = (tenant_key("breach_id", "breach"),)

    breach_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime] = mapped_column(INSTANT)
