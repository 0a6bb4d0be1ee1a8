"""Who listens from outside: the addresses that are told what happens here, and each piece of news on its way there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key
from notifications.rules.webhook import DELIVERY_STATES, WEBHOOK_ENDPOINT


class WebhookEndpoint(OwnedByTenant, Identified, Base):
    """An address of another system that wants to know of some topics. News emitted from `created_at` on is its own.

    `secret` signs, `previous_secret` signs too until `previous_until`: it is changed without an interruption.
    `read_at`: until when the outbox has been read for it. `retry_at`: nothing is tried before; `failing_since`: since
    when nothing arrives. `leased_until`: a worker has it in hand. `pause_reason` is empty when somebody paused it.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (CheckConstraint(one_of("state", WEBHOOK_ENDPOINT.states), name="state"),)

    name: Mapped[str]
    url: Mapped[str]
    topics: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(default=WEBHOOK_ENDPOINT.initial)
    pause_reason: Mapped[str] = mapped_column(default="")
    secret: Mapped[str] = mapped_column(info={"sealed": True})
    previous_secret: Mapped[str] = mapped_column(default="", info={"sealed": True})
    previous_until: Mapped[datetime | None] = mapped_column(INSTANT)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    read_at: Mapped[datetime] = mapped_column(INSTANT)
    retry_at: Mapped[datetime | None] = mapped_column(INSTANT)
    failing_since: Mapped[datetime | None] = mapped_column(INSTANT)
    leased_until: Mapped[datetime | None] = mapped_column(INSTANT)
    revision: Mapped[int] = mapped_column(default=1)


class WebhookDelivery(OwnedByTenant, Base):
    """One piece of news for one endpoint, in the order of the news' identifiers; it outlives its line in the outbox.

    No word of what the address said is kept:
    `status` is what the address answered the last time (0: nothing), `milliseconds` how long that took; `fault` is the
    house's own sentence.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        tenant_key("endpoint_id", "webhook_endpoint"),
        CheckConstraint(one_of("state", DELIVERY_STATES), name="state"),
        CheckConstraint("(state = 'delivered') = (delivered_at is not null)", name="delivered_at"),
        Index(None, "tenant_id", "endpoint_id", "message_id", postgresql_where=text("state = 'due'")),
        Index(None, "tenant_id", "endpoint_id", postgresql_where=text("state = 'due' and topic = 'webhook.test'")),
    )

    endpoint_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str]
    subject_id: Mapped[UUID]
    emitted_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(INSTANT)
    status: Mapped[int | None]
    milliseconds: Mapped[int | None]
    fault: Mapped[str] = mapped_column(default="")
    delivered_at: Mapped[datetime | None] = mapped_column(INSTANT)
