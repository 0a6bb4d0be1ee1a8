"""How invoices reach their customers, and how they are reminded of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.rules.states import CHANNELS, TRANSMISSION
from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, one_of, tenant_key


class Transmission(OwnedByTenant, Identified, Base):
    """An invoice on its way through a channel; one per invoice. « Deposited » is said with the portal's own answer.

    `external_reference` is the flow number of the portal (or what a person wrote down). `next_attempt_at` is when the
    worker tries, or asks for news, again. `begun_at`: a deposit began then, and whether the portal took it is not known
    (a worker was killed, the answer was lost): it is asked before any other deposit.
    """

    __tablename__ = "transmission"
    __table_args__ = (
        tenant_key("invoice_id", "invoice"),
        tenant_key("organisation_id", "organisation"),
        UniqueConstraint("tenant_id", "invoice_id"),
        CheckConstraint(one_of("channel", CHANNELS), "channel"),
        CheckConstraint(one_of("state", TRANSMISSION.states), "state"),
        CheckConstraint("state not in ('deposited', 'accepted') or external_reference <> ''", "reference"),
        CheckConstraint("begun_at is null or state in ('waiting', 'failed')", "begun"),
        Index(None, "tenant_id", "state", "next_attempt_at"),
    )

    invoice_id: Mapped[UUID]
    organisation_id: Mapped[UUID | None]
    is_funder: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(default=TRANSMISSION.initial)
    external_reference: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(default="")
    next_attempt_at: Mapped[datetime | None] = mapped_column(INSTANT)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    begun_at: Mapped[datetime | None] = mapped_column(INSTANT)
    deposited_at: Mapped[datetime | None] = mapped_column(INSTANT)


class TransmissionEvent(OwnedByTenant, Identified, Base):
    """What a portal said of an invoice, in its own words (`status`), once. Never changed nor removed."""

    __tablename__ = "transmission_event"
    __table_args__ = (
        tenant_key("transmission_id", "transmission"),
        UniqueConstraint("tenant_id", "transmission_id", "status", "said_at"),
    )

    transmission_id: Mapped[UUID]
    status: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    said_at: Mapped[datetime] = mapped_column(INSTANT)
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(INSTANT)


class Dunning(OwnedByTenant, Identified, Base):
    """A reminder (relance) of an invoice, by level of the ladder. Written once."""

    __tablename__ = "dunning"
    __table_args__ = (
        tenant_key("invoice_id", "invoice"),
        UniqueConstraint("tenant_id", "invoice_id", "level"),
        CheckConstraint("level > 0", "level"),
        CheckConstraint("open_cents > 0", "open"),
    )

    invoice_id: Mapped[UUID]
    level: Mapped[int]
    tone: Mapped[str]
    open_cents: Mapped[Cents]
    told: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(INSTANT)
