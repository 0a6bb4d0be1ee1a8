"""The register of processings (RGPD art. 30), as a GRADeS changed it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, OwnedByTenant


class ProcessingVersion(OwnedByTenant, Base):
    """What a processing said from `saved_at` on: privacy.rules.register.Processing as JSON. Never changed nor removed.

    A processing without any version is the product's own, word for word (privacy.rules.processings).
    """

    __tablename__ = "processing_version"
    __table_args__ = (CheckConstraint("number > 0", "number"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    retired: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime] = mapped_column(INSTANT)
