"""What an accepted applicant obtains, whether it took it, and the path it then walks."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.rules.states import AWARD
from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, one_of, tenant_key


class Award(OwnedByTenant, Identified, Base):
    """One per accepted file, made at the release. `service` is the slug of the funded service (None: none is named).

    The ARS pays `ars_share_percent` of the price, taxes included, `cap_cents` at most. `confirm_by` is a date to be
    told and recalled: nothing lapses by itself. `referent` holds name, function, email, phone.
    """

    __tablename__ = "award"
    __table_args__ = (
        tenant_key("candidacy_id", "candidacy"),
        tenant_key("campaign_id", "campaign"),
        tenant_key("organisation_id", "organisation"),
        UniqueConstraint("tenant_id", "candidacy_id"),
        CheckConstraint(one_of("state", AWARD.states), "state"),
        CheckConstraint("(state = 'confirmed') = (confirmed_at is not null)", "confirmed"),
        CheckConstraint("state <> 'confirmed' or referent is not null", "referent"),
        CheckConstraint("ars_share_percent between 0 and 100", "ars_share"),
        CheckConstraint("quantity > 0", "quantity"),
        Index(None, "tenant_id", "campaign_id", "state"),
        Index(None, "tenant_id", "organisation_id"),
    )

    candidacy_id: Mapped[UUID]
    campaign_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    service: Mapped[str | None]
    quantity: Mapped[int] = mapped_column(default=1)
    ars_share_percent: Mapped[int] = mapped_column(default=100)
    cap_cents: Mapped[Cents | None]
    state: Mapped[str] = mapped_column(default=AWARD.initial)
    offered_at: Mapped[datetime] = mapped_column(INSTANT)
    confirm_by: Mapped[date]
    complete_on: Mapped[date | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    referent: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    motive: Mapped[str] = mapped_column(default="")


class Milestone(OwnedByTenant, Identified, Base):
    """A step of the path (jalon): proved once an evidence is there."""

    __tablename__ = "milestone"
    __table_args__ = (tenant_key("award_id", "award"), UniqueConstraint("tenant_id", "award_id", "key"))

    award_id: Mapped[UUID]
    key: Mapped[str]
    title: Mapped[str]
    due_on: Mapped[date | None]
    proved_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Evidence(OwnedByTenant, Identified, Base):
    """What proves a milestone (preuve): `kind` names the thing, `subject_id` is its identifier. Written once."""

    __tablename__ = "evidence"
    __table_args__ = (
        tenant_key("milestone_id", "milestone"),
        UniqueConstraint("tenant_id", "milestone_id", "kind", "subject_id"),
    )

    milestone_id: Mapped[UUID]
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    proved_at: Mapped[datetime] = mapped_column(INSTANT)
