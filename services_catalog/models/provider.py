"""Providers (prestataires): what they may do, until when, where, how much; and their consultants."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key
from services_catalog.rules.states import PROVIDER, QUALIFICATIONS


class Provider(OwnedByTenant, Base):
    """A provider's profile. Its `id` is its organisation's: its people are that organisation's members.

    `zones` are INSEE codes of départements, `skills` service families, `contacts` dicts (name, function, email,
    phone). `capacity_half_days` is what it can do in a month. `travel_minutes` is kept free around each appointment.
    """

    __tablename__ = "provider"
    __table_args__ = (
        tenant_key("id", "organisation"),
        CheckConstraint(one_of("state", PROVIDER.states), "state"),
        CheckConstraint("capacity_half_days >= 0", "capacity"),
        CheckConstraint("travel_minutes between 0 and 480", "travel"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    siret: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=PROVIDER.initial)
    summary: Mapped[str] = mapped_column(default="")
    zones: Mapped[list[Any]]
    skills: Mapped[list[Any]]
    contacts: Mapped[list[Any]]
    capacity_half_days: Mapped[int]
    travel_minutes: Mapped[int] = mapped_column(default=60)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(INSTANT)

    @property
    def provider_id(self) -> UUID:
        """Itself: permissions ask every thing for the provider that does it."""
        return self.id


class Qualification(OwnedByTenant, Identified, Base):
    """A qualification of the ANSSI or a label, with its scope. Both dates are included."""

    __tablename__ = "qualification"
    __table_args__ = (
        tenant_key("provider_id", "provider"),
        CheckConstraint(one_of("kind", QUALIFICATIONS), "kind"),
        CheckConstraint("starts_on <= ends_on", "dates"),
        Index(None, "tenant_id", "provider_id"),
    )

    provider_id: Mapped[UUID]
    kind: Mapped[str]
    scope: Mapped[str]
    reference: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Insurance(OwnedByTenant, Identified, Base):
    """A professional liability insurance of a provider. Both dates are included."""

    __tablename__ = "insurance"
    __table_args__ = (
        tenant_key("provider_id", "provider"),
        CheckConstraint("starts_on <= ends_on", "dates"),
        Index(None, "tenant_id", "provider_id"),
    )

    provider_id: Mapped[UUID]
    insurer: Mapped[str]
    policy: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Subcontractor(OwnedByTenant, Identified, Base):
    """A declared sub-contractor, who may work once the GRADeS accepts (code de la commande publique, R. 2193-1)."""

    __tablename__ = "subcontractor"
    __table_args__ = (tenant_key("provider_id", "provider"), Index(None, "tenant_id", "provider_id"))

    provider_id: Mapped[UUID]
    name: Mapped[str]
    siret: Mapped[str | None]
    purpose: Mapped[str]
    declared_on: Mapped[date]
    accepted_on: Mapped[date | None]


class Consultant(OwnedByTenant, Identified, Base):
    """Somebody of a provider who carries missions out. `department` is where their working days are (holidays)."""

    __tablename__ = "consultant"
    __table_args__ = (
        tenant_key("provider_id", "provider"),
        Index(None, "tenant_id", "provider_id"),
        Index(None, "tenant_id", "user_id"),
    )

    provider_id: Mapped[UUID]
    name: Mapped[str]
    email: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    department: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
