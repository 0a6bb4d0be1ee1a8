"""The time ledger of the shared CISO (RSSI à temps partagé): double entry, in half-days, never rewritten.

Every movement sums to zero (a deferred constraint trigger), and a trigger keeps each account's balance, that a CHECK
holds above zero where people draw from: the sum of all accounts is always zero.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bookings.rules.states import ACCOUNT_KINDS, MOVEMENTS, PACKET_SOURCES
from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key


class TimePacket(OwnedByTenant, Identified, Base):
    """Half-days that came together, and expire together at the end of `expires_on`. The soonest to expire leave first.

    `finess_et` keeps them for one establishment (None: for the whole organisation). `source_id` is the award, the order
    or the packet they come from. Bought at the price of a service, they are for that one (`service_id`); None: for any.
    """

    __tablename__ = "time_packet"
    __table_args__ = (
        tenant_key("organisation_id", "organisation"),
        tenant_key("service_id", "service"),
        CheckConstraint(one_of("source", PACKET_SOURCES), "source"),
        CheckConstraint("starts_on <= expires_on", "dates"),
        Index(None, "tenant_id", "organisation_id", "expires_on"),
        Index(None, "tenant_id", "source_id"),
    )

    organisation_id: Mapped[UUID]
    finess_et: Mapped[str | None]
    service_id: Mapped[UUID | None]
    source: Mapped[str]
    source_id: Mapped[UUID | None]
    starts_on: Mapped[date]
    expires_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class TimeAccount(OwnedByTenant, Identified, Base):
    """Where half-days are: available or reserved in a packet; or the tenant's granted, purchased, consumed, expired."""

    __tablename__ = "time_account"
    __table_args__ = (
        tenant_key("packet_id", "time_packet"),
        UniqueConstraint("tenant_id", "kind", "packet_id", postgresql_nulls_not_distinct=True),
        CheckConstraint(one_of("kind", ACCOUNT_KINDS), "kind"),
        CheckConstraint("(kind in ('available', 'reserved')) = (packet_id is not null)", "packet"),
        CheckConstraint("balance >= 0 or kind in ('granted', 'purchased')", "balance"),
        Index(None, "tenant_id", "packet_id"),
    )

    kind: Mapped[str]
    packet_id: Mapped[UUID | None]
    balance: Mapped[int] = mapped_column(default=0)


class TimeMovement(OwnedByTenant, Identified, Base):
    """Why half-days moved, for which organisation, as of which day. `reverses_id` is the movement it takes back."""

    __tablename__ = "time_movement"
    __table_args__ = (
        tenant_key("organisation_id", "organisation"),
        tenant_key("mission_id", "mission"),
        tenant_key("reverses_id", "time_movement"),
        UniqueConstraint("tenant_id", "reverses_id"),
        CheckConstraint(one_of("kind", MOVEMENTS), "kind"),
        Index(None, "tenant_id", "organisation_id", "effective_on", "id"),
        Index(None, "tenant_id", "mission_id"),
    )

    kind: Mapped[str]
    organisation_id: Mapped[UUID]
    mission_id: Mapped[UUID | None]
    reverses_id: Mapped[UUID | None]
    effective_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(INSTANT)


class TimeEntry(OwnedByTenant, Base):
    """One line of a movement: so many half-days into an account, or out of it. Never changed nor removed."""

    __tablename__ = "time_entry"
    __table_args__ = (
        tenant_key("movement_id", "time_movement"),
        tenant_key("account_id", "time_account"),
        CheckConstraint("half_days <> 0", "half_days"),
        Index(None, "tenant_id", "account_id"),
    )

    movement_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    half_days: Mapped[int]


class TimeSheet(OwnedByTenant, Identified, Base):
    """The half-days that a provider says it worked, by version; the acceptance of the last one consumes them.

    `lines` are dicts: on (ISO date), half (am, pm), what (text).
    """

    __tablename__ = "time_sheet"
    __table_args__ = (
        tenant_key("mission_id", "mission"),
        UniqueConstraint("tenant_id", "mission_id", "version"),
        CheckConstraint("half_days > 0", "half_days"),
    )

    mission_id: Mapped[UUID]
    version: Mapped[int]
    lines: Mapped[list[Any]]
    half_days: Mapped[int]
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime] = mapped_column(INSTANT)
