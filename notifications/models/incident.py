"""What goes wrong with the service itself, as the status page tells it to everybody. No person is named in it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key
from notifications.rules.incident import IMPACTS, INCIDENT


class Incident(OwnedByTenant, Identified, Base):
    """An incident or a maintenance. `began_at` may be in the future for what is planned; `until_at` is a forecast."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint(one_of("impact", IMPACTS), "impact"),
        CheckConstraint(one_of("state", INCIDENT.states), "state"),
        CheckConstraint("(state = 'over') = (resolved_at is not null)", "over"),
        Index(None, "tenant_id", "began_at"),
    )

    title: Mapped[str]
    impact: Mapped[str]
    state: Mapped[str] = mapped_column(default=INCIDENT.initial)
    began_at: Mapped[datetime] = mapped_column(INSTANT)
    until_at: Mapped[datetime | None] = mapped_column(INSTANT)
    resolved_at: Mapped[datetime | None] = mapped_column(INSTANT)


class IncidentUpdate(OwnedByTenant, Base):
    """What was said of it at one instant, the first with its opening. Never changed: another one is added."""

    __tablename__ = "incident_update"
    __table_args__ = (tenant_key("incident_id", "incident"),)

    incident_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]
    said_at: Mapped[datetime] = mapped_column(INSTANT)
