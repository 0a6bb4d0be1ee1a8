"""The ways in: links by e-mail, identity providers, sessions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, Platform, one_of
from tenants.rules.policy import IDENTITY_PROVIDERS, SIGN_IN_METHODS


class SignInLink(OwnedByTenant, Identified, Base):
    """A single-use link sent by e-mail. Its secret is a seal of `id`, made again for the mail; the digest is kept.

    `browser` is the digest of the name of the browser that asked: the link works there, and so does the code of the
    mail (`attempts` counts the wrong ones); None for a link that the help desk made. `identity` waits for the address
    to be proved: an identity provider's {issuer, sub, provider, claims}.
    """

    __tablename__ = "sign_in_link"
    __table_args__ = (UniqueConstraint("tenant_id", "digest"), Index(None, "tenant_id", "expires_at"))

    digest: Mapped[str]
    email: Mapped[str]
    browser: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    identity: Mapped[dict[str, Any] | None]
    next_path: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Session(Platform, Base):
    """A signed-in browser. Only the digest of its cookie is kept; the digest changes when more is proved (rotation).

    `proved_at`: when the person last proved who they are; `factor_at`: with a second factor. `acr` is what an identity
    provider said of how it knows them; `siret` and `activities` what it said of where they work. `id_token` is sealed:
    it is needed to sign out there.
    """

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint(one_of("method", SIGN_IN_METHODS), "method"),
        Index(None, "user_id"),
        Index(None, "expires_at"),
    )

    digest: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    method: Mapped[str] = mapped_column(default="link", server_default="link")
    identity_id: Mapped[UUID | None] = mapped_column(ForeignKey("external_identity.id"))
    acr: Mapped[str | None]
    siret: Mapped[str | None]
    activities: Mapped[list[Any] | None]
    id_token: Mapped[str] = mapped_column(default="", server_default="", info={"sealed": True})
    agent: Mapped[str] = mapped_column(default="", server_default="")
    ip: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    seen_at: Mapped[datetime] = mapped_column(INSTANT)
    proved_at: Mapped[datetime] = mapped_column(INSTANT)
    factor_at: Mapped[datetime | None] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)


class ExternalIdentity(Platform, Base):
    """Somebody as an identity provider knows them: (issuer, sub) is one person (OpenID Connect Core §5.7)."""

    __tablename__ = "external_identity"
    __table_args__ = (
        UniqueConstraint("issuer", "sub"),
        CheckConstraint(one_of("provider", IDENTITY_PROVIDERS), "provider"),
        Index(None, "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    issuer: Mapped[str]
    sub: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    claims: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime] = mapped_column(INSTANT)


class IdentityProvider(OwnedByTenant, Base):
    """ProConnect or Pro Santé Connect as one portal is registered with it. Off until configured.

    `acr_values`: the levels that are asked for, and checked again in the answer.
    """

    __tablename__ = "identity_provider"
    __table_args__ = (CheckConstraint(one_of("kind", IDENTITY_PROVIDERS), "kind"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    discovery_url: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[str] = mapped_column(info={"sealed": True})
    acr_values: Mapped[list[Any]]
    enabled: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(INSTANT)


class Challenge(Platform, Base):
    """Something to be answered once, soon, by one browser: a passkey's challenge, a code sent by e-mail.

    `digest` is of the expected secret; taking the row uses it. `subject` ties it to a session or a browser; `facts` is
    what to go on with once it is answered.
    """

    __tablename__ = "challenge"
    __table_args__ = (Index(None, "subject", "purpose"), Index(None, "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    subject: Mapped[str]
    digest: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any] | None]
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
