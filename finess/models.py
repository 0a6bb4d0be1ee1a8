"""The register's tables: dated editions, and rows that are true from one edition to another."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Reference

SOURCES = ("finess_plus", "etalab")


class RegistryEdition(Reference, Base):
    """One import of the national register. `generated_at` is what the file says of itself, `sha256` of its bytes.

    `counts` and `difference` (to the edition before) are figures by name; `finess/rules/edition.py` reads them.
    """

    __tablename__ = "registry_edition"
    __table_args__ = (CheckConstraint(f"source in {SOURCES}", "source"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    source: Mapped[str]
    generated_at: Mapped[datetime] = mapped_column(INSTANT, index=True)
    sha256: Mapped[str]
    file_name: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(INSTANT)
    imported_by: Mapped[str]
    counts: Mapped[dict[str, Any]]
    difference: Mapped[dict[str, Any]]


class Dated:
    """True from `first_edition` to `last_edition` (both included), or still (None).

    No foreign key to the edition: the import alone writes here, and would check the same row 270,000 times.
    """

    first_edition: Mapped[int] = mapped_column(primary_key=True)
    last_edition: Mapped[int | None]


class LegalEntity(Reference, Dated, Base):
    """An EJ. `name` is None when a legacy file only names it through its ET: the rest is then unknown too.

    `search_text` is `rules.names.search_text` of the name and town. A `tsvector` of ready-made words, searched by their
    beginnings: its index is filled three times faster than one of trigrams, is half as large, and answers as fast.
    """

    __tablename__ = "legal_entity"
    __table_args__ = (
        Index(None, "search_text", postgresql_using="gin"),
        CheckConstraint("last_edition >= first_edition", "editions"),
    )

    finess_ej: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)
    name: Mapped[str | None]
    search_text: Mapped[str] = mapped_column(TSVECTOR)
    siren: Mapped[str | None] = mapped_column(index=True)
    legal_status_code: Mapped[str | None]
    department: Mapped[str | None]
    commune_code: Mapped[str | None]
    postal_code: Mapped[str | None]
    town: Mapped[str | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    is_open: Mapped[bool]


class Establishment(Reference, Dated, Base):
    """An ET; département, commune and address are those of the place of exercise."""

    __tablename__ = "establishment"
    __table_args__ = (
        Index(None, "search_text", postgresql_using="gin"),
        Index(None, "department", "category_code"),
        CheckConstraint("last_edition >= first_edition", "editions"),
    )

    finess_et: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)
    finess_ej: Mapped[str] = mapped_column(index=True)
    name: Mapped[str | None]
    search_text: Mapped[str] = mapped_column(TSVECTOR)
    category_code: Mapped[str | None]
    siret: Mapped[str | None] = mapped_column(index=True)
    department: Mapped[str | None]
    commune_code: Mapped[str | None]
    postal_code: Mapped[str | None]
    town: Mapped[str | None]
    address: Mapped[str | None]
    opened_on: Mapped[date | None]
    authorised_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    is_open: Mapped[bool]


class ImportRemark(Reference, Base):
    """What an import had to say of one record: it was left out ("rejected"), or taken as it is ("warning").

    `position` is where in the file, in words; `rank` only orders remarks.
    """

    __tablename__ = "import_remark"
    __table_args__ = (CheckConstraint("severity in ('rejected', 'warning')", "severity"),)

    edition_id: Mapped[int] = mapped_column(ForeignKey("registry_edition.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[str]
    number: Mapped[str | None]
    severity: Mapped[str]
    reason: Mapped[str]
