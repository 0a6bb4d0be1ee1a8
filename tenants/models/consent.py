"""What people agreed to, and took back: nothing is overwritten, the last word counts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of
from tenants.rules.purposes import PURPOSES


class Consent(OwnedByTenant, Identified, Base):
    """Somebody agrees (`given`) to a purpose in the words of `version`, or takes it back. Written once.

    It proves the consent (RGPD art. 7.1): kept, with nothing but an identifier, after the person has left.
    """

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint(one_of("purpose", [purpose.key for purpose in PURPOSES]), "purpose"),
        CheckConstraint("version > 0", "version"),
        Index(None, "tenant_id", "user_id", "purpose", "id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    purpose: Mapped[str]
    version: Mapped[int]
    given: Mapped[bool]
    said_at: Mapped[datetime] = mapped_column(INSTANT)
