"""Notices: one row is one piece of news for one person, by mail and, with an account, in the portal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of
from notifications.rules.mail import NOTIFICATION


class Notification(OwnedByTenant, Identified, Base):
    """What is told, as it was written on that day; and how far its mail is.

    `key` says what the notice is about for whom, so that telling it twice tells it once. `state` is the mail's:
    `pending` until the mail server takes it (`sent`) or refuses it for good (`failed`, also when it came back);
    `held` for a digest, then `gathered` in one (`digest_id`); `silent` when only the portal tells it, `withheld` when
    the address refuses our mails. `next_attempt_at` is when it is due, or until when a worker has it in hand;
    `hold_until` is when quiet hours end or the digest leaves.

    `calendar` is an invitation to send along (iCalendar, RFC 5546). Without `text_body` the mail is written when it
    leaves: it holds a secret (a sign-in link) that the database must not. `file_stored` is a file of the storage that
    goes along, as `file_name`.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint(one_of("state", NOTIFICATION.states), "state"),
        CheckConstraint("(state = 'pending') = (next_attempt_at is not null)", "due"),
        CheckConstraint("state <> 'sent' or sent_at is not null", "sent"),
        CheckConstraint("state not in ('failed', 'withheld') or last_error is not null", "failed"),
        CheckConstraint("state <> 'held' or (hold_until is not null and user_id is not null)", "held"),
        CheckConstraint("(state = 'gathered') = (digest_id is not null)", "gathered"),
        CheckConstraint("read_at is null or user_id is not null", "read"),
        CheckConstraint("(file_stored is null) = (file_name is null)", "file"),
        CheckConstraint("title !~ '[\\r\\n]' and email !~ '[\\r\\n]'", "one_line"),
        Index(None, "tenant_id", "next_attempt_at", postgresql_where=text("state = 'pending'")),
        Index(None, "tenant_id", "id", postgresql_where=text("state = 'failed'")),
        Index(None, "tenant_id", "hold_until", postgresql_where=text("state = 'held'")),
        Index(None, "tenant_id", "user_id", "id"),
    )

    key: Mapped[str]
    template: Mapped[str]
    subject_id: Mapped[UUID]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    email: Mapped[str]
    title: Mapped[str]
    text_body: Mapped[str | None]
    html_body: Mapped[str | None]
    calendar: Mapped[str | None]
    file_stored: Mapped[str | None]
    file_name: Mapped[str | None]
    path: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    read_at: Mapped[datetime | None] = mapped_column(INSTANT)
    state: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None] = mapped_column(INSTANT)
    hold_until: Mapped[datetime | None] = mapped_column(INSTANT)
    digest_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None] = mapped_column(INSTANT)
    last_error: Mapped[str | None]
