"""People, and the roles they hold in a portal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, OwnedByTenant, Platform, one_of
from tenants.rules.roles import TENANT_ROLES


class User(Platform, Base):
    """A person: one account, whatever the tenants and organisations. `email_norm` is what is compared.

    Once erased (`erased_at`), nothing in it tells who they were, and nobody signs in to it.
    """

    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_norm: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    erased_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Membership(OwnedByTenant, Base):
    """A role of a person in a tenant (the ARS's and the GRADeS's people)."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(one_of("role", TENANT_ROLES), "role"),
        Index(None, "tenant_id", "role"),
        Index(None, "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    granted_at: Mapped[datetime | None] = mapped_column(INSTANT)
    reviewed_at: Mapped[datetime | None] = mapped_column(INSTANT)
