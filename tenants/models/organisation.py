"""Organisations: their accounts, their people, who asks to join, and the yearly look at who still belongs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key
from tenants.rules.policy import ACCOUNT_PROOFS, CLAIM_STATES
from tenants.rules.roles import ORGANISATION_KINDS, ORGANISATION_ROLES


class Organisation(OwnedByTenant, Identified, Base):
    """An account that people share in a tenant, and that keeps its files whoever leaves.

    A `legal_entity` applies and orders; a `provider` has no FINESS number and works for others (ADR 11).
    `second_approval`: an order asked by one person waits for another one of the organisation.
    `proof` is how its first owner came; until somebody has confirmed it (`confirmed_at`) the GRADeS sees it to check.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "finess_ej"),
        CheckConstraint(one_of("kind", ORGANISATION_KINDS), "kind"),
        CheckConstraint("(kind = 'legal_entity') = (finess_ej is not null)", "finess_ej"),
        CheckConstraint(one_of("proof", ACCOUNT_PROOFS), "proof"),
        Index(None, "tenant_id", "created_at", postgresql_where=text("confirmed_at is null")),
    )

    kind: Mapped[str] = mapped_column(default="legal_entity", server_default="legal_entity")
    finess_ej: Mapped[str | None]
    name: Mapped[str]
    second_approval: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    proof: Mapped[str] = mapped_column(default="declaration", server_default="declaration")
    confirmed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    created_at: Mapped[datetime] = mapped_column(INSTANT)

    @property
    def organisation_id(self) -> UUID:
        """Itself: permissions ask every thing for the organisation that owns it."""
        return self.id


class OrganisationMember(OwnedByTenant, Base):
    """A person's place in an organisation: their role, and the function they declared."""

    __tablename__ = "organisation_member"
    __table_args__ = (
        tenant_key("organisation_id", "organisation"),
        CheckConstraint(one_of("role", ORGANISATION_ROLES), "role"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "user_id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str]
    function: Mapped[str]
    joined_at: Mapped[datetime] = mapped_column(INSTANT)
    reviewed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class OrganisationClaim(OwnedByTenant, Identified, Base):
    """Somebody asks for a place in a legal entity's account, or to open it, and says why they may.

    `siret` was told by an identity provider, never typed. `file_stored` is a proof, under its name in the storage.
    """

    __tablename__ = "organisation_claim"
    __table_args__ = (
        CheckConstraint(one_of("state", CLAIM_STATES), "state"),
        CheckConstraint(one_of("role", ORGANISATION_ROLES), "role"),
        CheckConstraint("(state = 'asked') = (decided_at is null)", "decided"),
        CheckConstraint("num_nulls(file_stored, file_name, file_type, file_bytes) in (0, 4)", "file"),
        Index(
            "ux_organisation_claim_asked",
            "tenant_id",
            "finess_ej",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
        Index(None, "tenant_id", "state", "id"),
    )

    finess_ej: Mapped[str]
    name: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str]
    function: Mapped[str]
    evidence: Mapped[str]
    siret: Mapped[str | None]
    file_stored: Mapped[str | None]
    file_name: Mapped[str | None]
    file_type: Mapped[str | None]
    file_bytes: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="asked")
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decision: Mapped[str] = mapped_column(default="")


class AccountReview(OwnedByTenant, Identified, Base):
    """A look, twice a year, at who has access: to an organisation by its owners, to the portal by the GRADeS."""

    __tablename__ = "account_review"
    __table_args__ = (
        tenant_key("organisation_id", "organisation"),
        CheckConstraint("(closed_at is null) = (kept is null)", "closed"),
        Index(
            "ux_account_review_open",
            "tenant_id",
            "organisation_id",
            unique=True,
            postgresql_where=text("closed_at is null"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    organisation_id: Mapped[UUID | None]
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    kept: Mapped[int | None]
    removed: Mapped[int | None]


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
