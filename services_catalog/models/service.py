"""The catalogue: a service, and its versions, which never change once published."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key
from services_catalog.rules.states import FAMILIES, MODES, QUALIFICATIONS, SERVICE


class Service(OwnedByTenant, Identified, Base):
    """A service of the catalogue. `draft` is the document being written; `revision` its ETag.

    `version` is the number of the published version (0: never published). `title` and `title_norm` are the published
    ones, the draft's before a first publication.
    """

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        CheckConstraint(one_of("family", FAMILIES), "family"),
        CheckConstraint(one_of("state", SERVICE.states), "state"),
        CheckConstraint("(state = 'draft') = (version = 0)", "version"),
        Index(None, "tenant_id", "state", "family"),
    )

    slug: Mapped[str]
    family: Mapped[str]
    state: Mapped[str] = mapped_column(default=SERVICE.initial)
    title: Mapped[str]
    title_norm: Mapped[str]
    draft: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    saved_at: Mapped[datetime] = mapped_column(INSTANT)


class ServiceVersion(OwnedByTenant, Identified, Base):
    """What was published, word for word (services_catalog.rules.service reads `document`). Never changed nor removed.

    `mode`, `half_days` and `qualification` repeat the document for queries.
    """

    __tablename__ = "service_version"
    __table_args__ = (
        tenant_key("service_id", "service"),
        UniqueConstraint("tenant_id", "service_id", "number"),
        CheckConstraint(one_of("mode", MODES), "mode"),
        CheckConstraint(one_of("qualification", QUALIFICATIONS), "qualification"),
        CheckConstraint("half_days >= 0", "half_days"),
    )

    service_id: Mapped[UUID]
    number: Mapped[int]
    title: Mapped[str]
    mode: Mapped[str]
    half_days: Mapped[int]
    qualification: Mapped[str | None]
    document: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime] = mapped_column(INSTANT)
