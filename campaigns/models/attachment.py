"""What is joined to a file: each attachment, whole, and those on their way in pieces."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.rules.states import ATTACHMENT
from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key


class Attachment(OwnedByTenant, Identified, Base):
    """Bytes that are on disk, under the identifier (`place`), and never change; `size` counts them.

    `submitted_at` is when a submission first named it: from then on it is kept as long as the submission, removed
    (`removed_at`) or not. One that no submission names is removed for good. `scanned_at` is when an antivirus answered.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        tenant_key("candidacy_id", "candidacy"),
        CheckConstraint(one_of("state", ATTACHMENT.states), "state"),
        CheckConstraint("(state in ('clean', 'infected')) = (scanned_at is not null)", "scanned"),
        CheckConstraint("size > 0", "size"),
        CheckConstraint("removed_at is null or submitted_at is not null", "removed"),
        Index(None, "tenant_id", "candidacy_id"),
        Index(None, "tenant_id", "id", postgresql_where=text("scanned_at is null")),
    )

    candidacy_id: Mapped[UUID]
    field: Mapped[str]
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    state: Mapped[str] = mapped_column(default=ATTACHMENT.initial)
    added_at: Mapped[datetime] = mapped_column(INSTANT)
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    scanned_at: Mapped[datetime | None] = mapped_column(INSTANT)
    submitted_at: Mapped[datetime | None] = mapped_column(INSTANT)
    removed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class AttachmentUpload(OwnedByTenant, Identified, Base):
    """A file that comes in pieces, maybe through several machines: `received` of `size` bytes are on disk.

    `pieces` is [{offset, length, sha256}], in order; `attachment_id` is what it became, once whole.
    """

    __tablename__ = "attachment_upload"
    __table_args__ = (
        tenant_key("candidacy_id", "candidacy"),
        CheckConstraint("received between 0 and size", "received"),
        CheckConstraint("size > 0", "size"),
        Index(None, "tenant_id", "begun_at"),
        Index(None, "tenant_id", "candidacy_id"),
    )

    candidacy_id: Mapped[UUID]
    field: Mapped[str]
    name: Mapped[str]
    size: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    pieces: Mapped[list[Any]] = mapped_column(default=list)
    attachment_id: Mapped[UUID | None]
    begun_at: Mapped[datetime] = mapped_column(INSTANT)
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
