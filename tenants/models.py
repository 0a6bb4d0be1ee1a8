"""Tenants, users, memberships, organisations; sign-in links, sessions, tokens."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, Platform, one_of, tenant_key
from tenants.rules import ORGANISATION_KINDS, ORGANISATION_ROLES, TENANT_ROLES


class Tenant(Platform, Base):
    """A GRADeS and its portal. `colour` is #rrggbb with checked contrast, `zone` an IANA name.

    A delivery is accepted within `acceptance_days`; past them somebody is alerted, unless silence accepts here.
    """

    __tablename__ = "tenant"
    __table_args__ = (CheckConstraint("acceptance_days between 1 and 90", "acceptance_days"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    ars: Mapped[str]
    region_code: Mapped[str]
    zone: Mapped[str]
    colour: Mapped[str]
    contact_email: Mapped[str]
    acceptance_days: Mapped[int] = mapped_column(default=15, server_default=text("15"))
    silence_accepts: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class User(Platform, Base):
    """A person: one account, whatever the tenants and organisations. `email_norm` is what is compared."""

    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_norm: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class Membership(Platform, Base):
    """A role of a person in a tenant (the ARS's and the GRADeS's people)."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(one_of("role", TENANT_ROLES), "role"),
        Index(None, "tenant_id", "role"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class Organisation(OwnedByTenant, Identified, Base):
    """An account that people share in a tenant, and that keeps its files whoever leaves.

    A `legal_entity` applies and orders; a `provider` has no FINESS number and works for others (ADR 11).
    `second_approval`: an order asked by one person waits for another one of the organisation.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "finess_ej"),
        CheckConstraint(one_of("kind", ORGANISATION_KINDS), "kind"),
        CheckConstraint("(kind = 'legal_entity') = (finess_ej is not null)", "finess_ej"),
    )

    kind: Mapped[str] = mapped_column(default="legal_entity", server_default="legal_entity")
    finess_ej: Mapped[str | None]
    name: Mapped[str]
    second_approval: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)

    @property
    def organisation_id(self) -> UUID:
        """Itself: permissions ask every thing for the organisation that owns it."""
        return self.id


class OrganisationMember(OwnedByTenant, Base):
    """A person's place in an organisation: `owner`, `editor` or `reader`, and the function they declared."""

    __tablename__ = "organisation_member"
    __table_args__ = (
        tenant_key("organisation_id", "organisation"),
        CheckConstraint(one_of("role", ORGANISATION_ROLES), "role"),
        Index(None, "tenant_id", "user_id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str]
    function: Mapped[str]
    joined_at: Mapped[datetime] = mapped_column(INSTANT)


class Adhesion(OwnedByTenant, Base):
    """A legal entity is a member (adhérent) of the GRADeS, from one day to another (None: still)."""

    __tablename__ = "adhesion"

    finess_ej: Mapped[str] = mapped_column(primary_key=True)
    since_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date | None]


class EntityAttribute(OwnedByTenant, Base):
    """A fact about a legal entity that the ARS or the GRADeS sets by hand (a level in a map, a priority)."""

    __tablename__ = "entity_attribute"

    finess_ej: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    set_at: Mapped[datetime] = mapped_column(INSTANT)


class SignInLink(Platform, Base):
    """A single-use link sent by e-mail. Its secret is a seal of `id`, made again for the mail; the digest is kept."""

    __tablename__ = "sign_in_link"
    __table_args__ = (Index(None, "expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    next_path: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Session(Platform, Base):
    """A signed-in browser. Only the digest of its cookie is kept."""

    __tablename__ = "session"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)


class ApiToken(Platform, Base):
    """A bearer token of a tenant, or of one organisation in it. Only the digest of its secret is kept."""

    __tablename__ = "api_token"
    __table_args__ = (
        tenant_key("organisation_id", "organisation"),
        Index(None, "tenant_id", postgresql_where=text("revoked_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    organisation_id: Mapped[UUID | None]
    name: Mapped[str]
    roles: Mapped[list[Any]]
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    revoked_at: Mapped[datetime | None] = mapped_column(INSTANT)
