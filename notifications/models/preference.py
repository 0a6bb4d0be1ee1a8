"""What people want to be told by mail, and the addresses that want none of ours or cannot take them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key
from notifications.rules.report import KINDS

OFF_BY = ("complaint", "unsubscribe")


class NotificationPreference(OwnedByTenant, Base):
    """How one person is told by one portal; without a row, as the portal proposes.

    `choices`: family → rhythm (notifications.rules.families). `before`: what it was before they unsubscribed by a
    link, to undo it. Quiet hours are hours of the portal's clock; None: none.
    """

    __tablename__ = "notification_preference"
    __table_args__ = (
        CheckConstraint("num_nulls(quiet_begins, quiet_ends) in (0, 2)", "quiet_hours"),
        CheckConstraint("quiet_begins between 0 and 23 and quiet_ends between 0 and 23", "hours"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    choices: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    quiet_begins: Mapped[int | None]
    quiet_ends: Mapped[int | None]
    quiet_weekends: Mapped[bool]
    updated_at: Mapped[datetime] = mapped_column(INSTANT)


class SuppressedAddress(OwnedByTenant, Identified, Base):
    """An address of a portal that mails are not sent to: none since `refused_at`, or what is optional.

    `refusal` is what its server said. `optional_off_by`: a complaint, or a link to unsubscribe that somebody without
    an account followed.
    """

    __tablename__ = "suppressed_address"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        CheckConstraint("(refused_at is null) = (refusal is null)", "refusal"),
        CheckConstraint("(optional_off_at is null) = (optional_off_by is null)", "optional_off"),
        CheckConstraint("num_nulls(refused_at, optional_off_at) < 2", "some"),
        CheckConstraint(one_of("optional_off_by", OFF_BY), "optional_off_by"),
    )

    email: Mapped[str]
    refused_at: Mapped[datetime | None] = mapped_column(INSTANT)
    refusal: Mapped[str | None]
    optional_off_at: Mapped[datetime | None] = mapped_column(INSTANT)
    optional_off_by: Mapped[str | None]


class MailReport(OwnedByTenant, Identified, Base):
    """What came back about a mail: refused for good (`hard`), for now (`soft`), or called unwanted (`complaint`)."""

    __tablename__ = "mail_report"
    __table_args__ = (
        tenant_key("notice_id", "notification", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "notice_id", "kind"),
        CheckConstraint(one_of("kind", KINDS), "kind"),
        Index(None, "tenant_id", "email", "at"),
    )

    notice_id: Mapped[UUID]
    kind: Mapped[str]
    email: Mapped[str]
    words: Mapped[str]
    at: Mapped[datetime] = mapped_column(INSTANT)
