"""The transactional outbox: news written beside the fact, and the deadlines that will become news. Tables only.

PostgreSQL is the truth and the queue a bell: a message is due until every listener's line is in the ledger, so that a
wiped Redis, a killed worker or a lost job only make it late. kit.relay does the moving.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, tenant_key, uuid7

# All the news of a transaction at once; kit.transaction says them.
ADD_NEWS = (
    "insert into outbox_message (tenant_id, id, topic, subject_id, key, emitted_at, relay_after, relays) "
    "select tenant_id, id, topic, subject_id, key, at, at, 0 from jsonb_to_recordset({}::jsonb) "
    "as news (tenant_id uuid, id uuid, topic text, subject_id uuid, key text, at timestamptz)"
)


class OutboxMessage(OwnedByTenant, Identified, Base):
    """One piece of news: ids only. `relay_after` is when it is next due, `settled_at` when everybody has done it."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(None, "relay_after", postgresql_where=text("settled_at is null")),
        Index(None, "tenant_id", "emitted_at"),
    )

    topic: Mapped[str]
    subject_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(default="")
    emitted_at: Mapped[datetime] = mapped_column(INSTANT)
    relay_after: Mapped[datetime] = mapped_column(INSTANT)
    relays: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None] = mapped_column(INSTANT)


def news_of(tenant_id: UUID, at: datetime, topic: str, subject_id: UUID, key: str) -> dict[str, str]:
    """A message to add, as JSON writes it."""
    return {
        "tenant_id": str(tenant_id),
        "id": str(uuid7()),
        "topic": topic,
        "subject_id": str(subject_id),
        "key": key,
        "at": at.isoformat(),
    }


class Delivery(OwnedByTenant, Base):
    """The ledger: this listener has done this message. Written in the transaction of the effect."""

    __tablename__ = "delivery"
    __table_args__ = (tenant_key("message_id", "outbox_message"),)

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    listener: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime] = mapped_column(INSTANT)


class Deadline(OwnedByTenant, Identified, Base):
    """At `due_at`, `topic` happens to `subject_id`; `key` tells apart several of one topic (a reminder's offset)."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("tenant_id", "topic", "subject_id", "key"),
        Index(None, "tenant_id", "due_at", postgresql_where=text("done_at is null")),
    )

    topic: Mapped[str]
    subject_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    done_at: Mapped[datetime | None] = mapped_column(INSTANT)
