"""What proves, beside a link or a provider, that somebody is who they say: codes, keys, and codes for a bad day."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Platform


class TotpSecret(Platform, Base):
    """The secret shared with an application that shows codes (RFC 6238): SHA-1, six digits, 30 seconds.

    `last_step` is the step of the last code taken: a code works once.
    """

    __tablename__ = "totp_secret"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(info={"sealed": True})
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    confirmed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class Passkey(Platform, Base):
    """A key of WebAuthn (level 2), of one host. `credential_id` and `public_key` are base64url."""

    __tablename__ = "passkey"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    credential_id: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[Any]]
    host: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)


class RecoveryCode(Platform, Base):
    """A code for the day the telephone is lost, good once. Only a seal of it is kept."""

    __tablename__ = "recovery_code"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)
