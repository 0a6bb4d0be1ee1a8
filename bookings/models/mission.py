"""The work: a mission, what it delivers, how it is accepted (service fait)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bookings.rules.states import MISSION
from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key
from services_catalog.rules.states import MODES


class Mission(OwnedByTenant, Identified, Base):
    """Work of a provider for a facility. A mission of time may have no order: its half-days come from an account.

    `department` is where it is done. `assignment` says why this provider, or why none yet. `accept_by` is the day
    (included) by which the facility answers a delivery; past it, somebody is alerted, and nothing is accepted by
    silence unless the facility was told so when it was delivered (`silence_accepts`, the tenant's rule of that day).
    """

    __tablename__ = "mission"
    __table_args__ = (
        tenant_key("order_id", "purchase_order"),
        tenant_key("organisation_id", "organisation"),
        tenant_key("provider_id", "provider"),
        tenant_key("consultant_id", "consultant"),
        tenant_key("service_version_id", "service_version"),
        tenant_key("award_id", "award"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint(one_of("state", MISSION.states), "state"),
        CheckConstraint(one_of("mode", MODES), "mode"),
        CheckConstraint("mode = 'time' or order_id is not null", "ordered"),
        CheckConstraint("state in ('created', 'cancelled') or provider_id is not null", "assigned"),
        CheckConstraint("state not in ('delivered', 'accepted') or delivered_at is not null", "delivered"),
        CheckConstraint("(state = 'accepted') = (accepted_at is not null)", "accepted"),
        Index(None, "tenant_id", "state"),
        Index(None, "tenant_id", "organisation_id", "id"),
        Index(None, "tenant_id", "provider_id", "id"),
        Index(None, "tenant_id", "order_id"),
    )

    number: Mapped[str]
    order_id: Mapped[UUID | None]
    award_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID]
    finess_et: Mapped[str | None]
    department: Mapped[str | None]
    provider_id: Mapped[UUID | None]
    consultant_id: Mapped[UUID | None]
    service_version_id: Mapped[UUID]
    title: Mapped[str]
    mode: Mapped[str]
    half_days: Mapped[int]
    state: Mapped[str] = mapped_column(default=MISSION.initial)
    assignment: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    starts_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ends_at: Mapped[datetime | None] = mapped_column(INSTANT)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    assigned_at: Mapped[datetime | None] = mapped_column(INSTANT)
    started_at: Mapped[datetime | None] = mapped_column(INSTANT)
    delivered_at: Mapped[datetime | None] = mapped_column(INSTANT)
    accept_by: Mapped[date | None]
    silence_accepts: Mapped[bool] = mapped_column(default=False)
    accepted_at: Mapped[datetime | None] = mapped_column(INSTANT)
    cancelled_at: Mapped[datetime | None] = mapped_column(INSTANT)
    revision: Mapped[int] = mapped_column(default=1)


class Deliverable(OwnedByTenant, Identified, Base):
    """A file that a mission delivers, by version. The file itself is in the storage under its identifier."""

    __tablename__ = "deliverable"
    __table_args__ = (
        tenant_key("mission_id", "mission"),
        tenant_key("organisation_id", "organisation"),
        tenant_key("provider_id", "provider"),
        UniqueConstraint("tenant_id", "mission_id", "name", "version"),
        CheckConstraint("size > 0", "size"),
    )

    mission_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    name: Mapped[str]
    version: Mapped[int]
    file_name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime] = mapped_column(INSTANT)
    shared_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Acceptance(OwnedByTenant, Base):
    """The service fait: who accepted what, when. Written once, never changed nor removed. `tacit` when the delay passed
    in a tenant that says that silence accepts: nobody is named. A program of the facility names who decided, and leaves
    `accepted_by` empty. `manifest` lists the deliverables accepted, with their SHA-256."""

    __tablename__ = "acceptance"
    __table_args__ = (
        tenant_key("mission_id", "mission"),
        CheckConstraint("tacit = (name = '') and (accepted_by is null or not tacit)", "tacit"),
    )

    mission_id: Mapped[UUID] = mapped_column(primary_key=True)
    tacit: Mapped[bool]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str]
    function: Mapped[str]
    manifest: Mapped[list[Any]]
    half_days: Mapped[int | None]
    accepted_at: Mapped[datetime] = mapped_column(INSTANT)


class Reserve(OwnedByTenant, Identified, Base):
    """What the facility finds wrong with a delivery (réserve); lifted by the acceptance of a later one."""

    __tablename__ = "reserve"
    __table_args__ = (tenant_key("mission_id", "mission"), Index(None, "tenant_id", "mission_id"))

    mission_id: Mapped[UUID]
    text: Mapped[str]
    raised_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    raised_at: Mapped[datetime] = mapped_column(INSTANT)
    lifted_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Satisfaction(OwnedByTenant, Base):
    """Three questions, from 1 to 5, after the acceptance."""

    __tablename__ = "satisfaction"
    __table_args__ = (
        tenant_key("mission_id", "mission"),
        CheckConstraint("usefulness between 1 and 5", "usefulness"),
        CheckConstraint("quality between 1 and 5", "quality"),
        CheckConstraint("recommendation between 1 and 5", "recommendation"),
    )

    mission_id: Mapped[UUID] = mapped_column(primary_key=True)
    usefulness: Mapped[int]
    quality: Mapped[int]
    recommendation: Mapped[int]
    comment: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime] = mapped_column(INSTANT)
