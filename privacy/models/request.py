"""What people ask about their data, and the copies of it that are made for them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key
from privacy.rules.states import CHANNELS, EXPORT_STATES, REQUEST, REQUEST_KINDS


class PrivacyRequest(OwnedByTenant, Identified, Base):
    """A request under the RGPD (art. 15–21), from its reception to its answer, due a month later (art. 12.3).

    `name`, `email` and `details` are blanked once the person is erased and has been told. `outcome` holds what an
    erasure did: figures by table, what stays. `spellings` are other ways to write the name, looked for too.
    """

    __tablename__ = "privacy_request"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint(one_of("kind", REQUEST_KINDS), "kind"),
        CheckConstraint(one_of("channel", CHANNELS), "channel"),
        CheckConstraint(one_of("state", REQUEST.states), "state"),
        CheckConstraint("(extended_at is null) = (extension_reason = '')", "extension"),
        CheckConstraint("(state in ('received', 'erasing')) = (closed_at is null)", "closed"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "due_on", postgresql_where=text("state in ('received', 'erasing')")),
    )

    number: Mapped[str]
    kind: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(default=REQUEST.initial)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str]
    email: Mapped[str]
    details: Mapped[str] = mapped_column(default="")
    identity: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date]
    due_on: Mapped[date]
    extended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    extension_reason: Mapped[str] = mapped_column(default="")
    spellings: Mapped[list[Any]] = mapped_column(default=list)
    answer: Mapped[str] = mapped_column(default="")
    outcome: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    revision: Mapped[int] = mapped_column(default=1)


class PersonalExport(OwnedByTenant, Identified, Base):
    """A copy of what is kept of somebody, as JSON and as PDF, made by a worker and kept for a week.

    Asked by oneself, or by the GRADeS for a `request_id` that came by letter. `stored_json` and `stored_pdf` are names
    in the storage. `next_attempt_at` is when a worker takes it, or takes it back from a worker that died.
    """

    __tablename__ = "personal_export"
    __table_args__ = (
        tenant_key("request_id", "privacy_request"),
        CheckConstraint(one_of("state", EXPORT_STATES), "state"),
        CheckConstraint("(state = 'ready') = (stored_json is not null)", "ready"),
        CheckConstraint("num_nulls(stored_json, stored_pdf) in (0, 2)", "both"),
        CheckConstraint("(state = 'asked') = (next_attempt_at is not null)", "due"),
        CheckConstraint("progress between 0 and 100", "progress"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "request_id"),
        Index(None, "tenant_id", postgresql_where=text("state in ('asked', 'ready')")),
        Index(
            "ux_personal_export_asked",
            "tenant_id",
            "user_id",
            "request_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    request_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(default="asked")
    progress: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(INSTANT)
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    ready_at: Mapped[datetime | None] = mapped_column(INSTANT)
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT)
    stored_json: Mapped[str | None]
    stored_pdf: Mapped[str | None]
    error: Mapped[str] = mapped_column(default="")
