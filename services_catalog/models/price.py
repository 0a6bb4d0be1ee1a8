"""Prices: a schedule (BPU) of one holder for one lot, its lines, its revisions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, column, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, one_of, tenant_key
from services_catalog.rules.states import MEASURES, PRICE_SCHEDULE, TARIFFS, UNITS


class PriceSchedule(OwnedByTenant, Identified, Base):
    """A price schedule (bordereau des prix unitaires): its lines never change, and once published no other overlaps it.

    `formula` is the revision formula (services_catalog.rules.revision), None when prices are firm. `sha256` is the
    imported file's, `report` what its import found to look at: dicts (path: a cell, sentence).
    """

    __tablename__ = "price_schedule"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "lot_id", "provider_id"],
            ["lot_holder.tenant_id", "lot_holder.lot_id", "lot_holder.provider_id"],
        ),
        UniqueConstraint("tenant_id", "lot_id", "provider_id", "number"),
        CheckConstraint(one_of("state", PRICE_SCHEDULE.states), "state"),
        CheckConstraint("starts_on <= ends_on", "dates"),
        CheckConstraint("(state = 'published') = (published_at is not null)", "published"),
        ExcludeConstraint(
            (column("tenant_id"), "="),
            (column("lot_id"), "="),
            (column("provider_id"), "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            where=text("state = 'published'"),
            name="ex_price_schedule_overlap",
        ),
    )

    lot_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default=PRICE_SCHEDULE.initial)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    formula: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    file_name: Mapped[str]
    sha256: Mapped[str]
    report: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    imported_at: Mapped[datetime] = mapped_column(INSTANT)
    published_at: Mapped[datetime | None] = mapped_column(INSTANT)


class PriceLine(OwnedByTenant, Identified, Base):
    """A line: one unit of a service, for facilities of one size bracket and one tariff, at a price excluding VAT.

    The bracket goes from `size_from` to `size_to`, both included (None: no end), in what `measure` counts.
    `vat_permille` is 200 for 20 %. `service_id` is None while no service of the catalogue answers to the line.
    """

    __tablename__ = "price_line"
    __table_args__ = (
        tenant_key("schedule_id", "price_schedule"),
        tenant_key("service_id", "service"),
        UniqueConstraint("tenant_id", "schedule_id", "position"),
        CheckConstraint(one_of("unit", UNITS), "unit"),
        CheckConstraint(one_of("measure", MEASURES), "measure"),
        CheckConstraint(one_of("tariff", TARIFFS), "tariff"),
        CheckConstraint("(measure = 'none') = (size_from is null)", "bracket"),
        CheckConstraint("size_from <= size_to", "sizes"),
        CheckConstraint("starts_on <= ends_on", "dates"),
        CheckConstraint("unit_cents >= 0", "price"),
        CheckConstraint("vat_permille between 0 and 1000", "vat"),
        Index(None, "tenant_id", "service_id"),
    )

    schedule_id: Mapped[UUID]
    position: Mapped[int]
    code: Mapped[str]
    label: Mapped[str]
    service_id: Mapped[UUID | None]
    unit: Mapped[str]
    measure: Mapped[str]
    size_from: Mapped[Cents | None]
    size_to: Mapped[Cents | None]
    tariff: Mapped[str]
    unit_cents: Mapped[Cents]
    vat_permille: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class PriceRevision(OwnedByTenant, Base):
    """The schedule's prices are multiplied by `coefficient_ppm` / 1,000,000 from `starts_on` to the next revision."""

    __tablename__ = "price_revision"
    __table_args__ = (
        tenant_key("schedule_id", "price_schedule"),
        CheckConstraint("coefficient_ppm > 0", "coefficient"),
    )

    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    index_value: Mapped[str]
    index_on: Mapped[date]
    coefficient_ppm: Mapped[int]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime] = mapped_column(INSTANT)
