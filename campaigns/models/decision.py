"""What the ARS thinks of a file, and what it decides: pending until the instant when everybody is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.rules.states import COMPLETENESS, DECISION, DECISIONS
from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key


class Review(OwnedByTenant, Base):
    """The instruction of one file: who does it, whether it is complete, a note for colleagues, a score out of 100."""

    __tablename__ = "review"
    __table_args__ = (
        tenant_key("candidacy_id", "candidacy"),
        CheckConstraint(one_of("completeness", COMPLETENESS), "completeness"),
        CheckConstraint("score between 0 and 100", "score"),
        Index(None, "tenant_id", "assignee_id"),
    )

    candidacy_id: Mapped[UUID] = mapped_column(primary_key=True)
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    completeness: Mapped[str] = mapped_column(default="unknown")
    note: Mapped[str] = mapped_column(default="")
    score: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(INSTANT)


class Decision(OwnedByTenant, Identified, Base):
    """One per file, so that nobody is both accepted and refused. `motive` is sent to a refused applicant."""

    __tablename__ = "decision"
    __table_args__ = (
        tenant_key("candidacy_id", "candidacy"),
        tenant_key("campaign_id", "campaign"),
        UniqueConstraint("tenant_id", "candidacy_id"),
        CheckConstraint(one_of("outcome", DECISIONS), "outcome"),
        CheckConstraint(one_of("state", DECISION.states), "state"),
        CheckConstraint("outcome <> 'refused' or motive <> ''", "motive"),
        CheckConstraint("(outcome = 'waitlisted') = (rank is not null)", "rank"),
        CheckConstraint("(state = 'released') = (released_at is not null)", "released"),
        Index(None, "tenant_id", "campaign_id", "outcome"),
    )

    candidacy_id: Mapped[UUID]
    campaign_id: Mapped[UUID]
    outcome: Mapped[str]
    motive: Mapped[str] = mapped_column(default="")
    rank: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=DECISION.initial)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime] = mapped_column(INSTANT)
    released_at: Mapped[datetime | None] = mapped_column(INSTANT)
