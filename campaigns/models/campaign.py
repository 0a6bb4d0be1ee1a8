"""A call: its document by version, and the columns that queries and clocks need."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.rules.states import CAMPAIGN, KINDS
from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key


class Campaign(OwnedByTenant, Identified, Base):
    """A call (AMI, AAP…). Everything people read is in its document; these columns are derived from it.

    `version` is the document's current number (and the ETag); `edition_id` the pinned edition of the register;
    `held_at` stops the automatic release at `notify_at` until somebody lifts it.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        CheckConstraint(one_of("kind", KINDS), "kind"),
        CheckConstraint(one_of("state", CAMPAIGN.states), "state"),
        CheckConstraint("state <> 'released' or released_at is not null", "released"),
        CheckConstraint("state in ('draft', 'archived') or edition_id is not null", "edition"),
        CheckConstraint("places > 0", "places"),
        ForeignKeyConstraint(["edition_id"], ["registry_edition.id"]),
    )

    slug: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default=CAMPAIGN.initial)
    zone: Mapped[str]
    version: Mapped[int]
    edition_id: Mapped[int | None]
    places: Mapped[int | None]
    publish_at: Mapped[datetime | None] = mapped_column(INSTANT)
    instruct_from_on: Mapped[date]
    instruct_until_on: Mapped[date]
    notify_at: Mapped[datetime] = mapped_column(INSTANT)
    complete_on: Mapped[date | None]
    held_at: Mapped[datetime | None] = mapped_column(INSTANT)
    released_at: Mapped[datetime | None] = mapped_column(INSTANT)
    created_at: Mapped[datetime] = mapped_column(INSTANT)

    windows: Mapped[list["CampaignWindow"]] = relationship(
        lazy="raise", order_by="CampaignWindow.number", cascade="all, delete-orphan"
    )


class CampaignWindow(OwnedByTenant, Base):
    """When files are accepted. `closes_at` is the last accepted second (23:59:59) as people write it, never day + 1."""

    __tablename__ = "campaign_window"
    __table_args__ = (
        tenant_key("campaign_id", "campaign"),
        CheckConstraint("opens_at < closes_at", "order"),
        ExcludeConstraint(
            ("tenant_id", "="),
            ("campaign_id", "="),
            (text("tstzrange(opens_at, closes_at, '[]')"), "&&"),
            name="ex_campaign_window_overlap",
            using="gist",
        ),
    )

    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    opens_at: Mapped[datetime] = mapped_column(INSTANT)
    closes_at: Mapped[datetime] = mapped_column(INSTANT)


class CampaignVersion(OwnedByTenant, Base):
    """The document as it was accepted, for ever. Rule and form have versions of their own."""

    __tablename__ = "campaign_version"
    __table_args__ = (tenant_key("campaign_id", "campaign"),)

    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    rule_version: Mapped[int]
    form_version: Mapped[int]
    document: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)
