"""Programs: their tokens, and the clients that are given short ones (OAuth 2.0, RFC 6749 §4.4)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, tenant_key


class ApiClient(OwnedByTenant, Identified, Base):
    """A program that asks for tokens of an hour with its identifier and its secret. Only digests are kept.

    `previous_digest` still opens until `previous_until`: a secret is changed without an interruption.
    """

    __tablename__ = "api_client"
    __table_args__ = (tenant_key("organisation_id", "organisation"),)

    organisation_id: Mapped[UUID | None]
    name: Mapped[str]
    roles: Mapped[list[Any]]
    scopes: Mapped[list[Any]]
    digest: Mapped[str]
    previous_digest: Mapped[str | None]
    previous_until: Mapped[datetime | None] = mapped_column(INSTANT)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)
    revoked_at: Mapped[datetime | None] = mapped_column(INSTANT)


class ApiToken(OwnedByTenant, Identified, Base):
    """A bearer token of a tenant, or of one organisation in it. Only the digest of its secret is kept.

    `client_id`: a client asked for it and it lives an hour; None: somebody made it by hand.
    """

    __tablename__ = "api_token"
    __table_args__ = (
        tenant_key("organisation_id", "organisation"),
        tenant_key("client_id", "api_client"),
        UniqueConstraint("tenant_id", "digest"),
        Index(None, "tenant_id", postgresql_where=text("revoked_at is null")),
        Index(None, "tenant_id", "client_id", postgresql_where=text("client_id is not null")),
    )

    digest: Mapped[str]
    organisation_id: Mapped[UUID | None]
    client_id: Mapped[UUID | None]
    name: Mapped[str]
    roles: Mapped[list[Any]]
    scopes: Mapped[list[Any]]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)
    revoked_at: Mapped[datetime | None] = mapped_column(INSTANT)
