"""The market: a framework agreement (accord-cadre à bons de commande), its lots, who holds them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, one_of, tenant_key
from services_catalog.rules.states import ASSIGNMENTS


class FrameworkAgreement(OwnedByTenant, Identified, Base):
    """A framework agreement executed by orders (code de la commande publique, R. 2162-13). Both dates are included."""

    __tablename__ = "framework_agreement"
    __table_args__ = (
        UniqueConstraint("tenant_id", "reference"),
        CheckConstraint("starts_on <= ends_on", "dates"),
    )

    reference: Mapped[str]
    title: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    adherents_only: Mapped[bool]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class Lot(OwnedByTenant, Identified, Base):
    """A lot and its ceiling, excluding VAT (R. 2162-4). `ordered_cents` is what live orders take of it.

    The database itself refuses an order above the ceiling: the sum is in the row, under its lock and its CHECK.
    """

    __tablename__ = "lot"
    __table_args__ = (
        tenant_key("agreement_id", "framework_agreement"),
        UniqueConstraint("tenant_id", "agreement_id", "number"),
        CheckConstraint(one_of("assignment", ASSIGNMENTS), "assignment"),
        CheckConstraint("ordered_cents between 0 and maximum_cents", "ceiling"),
    )

    agreement_id: Mapped[UUID]
    number: Mapped[int]
    title: Mapped[str]
    assignment: Mapped[str]
    maximum_cents: Mapped[Cents]
    ordered_cents: Mapped[Cents] = mapped_column(default=0)


class LotHolder(OwnedByTenant, Base):
    """A provider holds a lot (titulaire), at a rank. `ordered_cents` is its part of the lot's orders."""

    __tablename__ = "lot_holder"
    __table_args__ = (
        tenant_key("lot_id", "lot"),
        tenant_key("provider_id", "provider"),
        UniqueConstraint("tenant_id", "lot_id", "rank"),
        CheckConstraint("rank > 0", "rank"),
        CheckConstraint("ordered_cents >= 0", "ordered"),
    )

    lot_id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_id: Mapped[UUID] = mapped_column(primary_key=True)
    rank: Mapped[int]
    ordered_cents: Mapped[Cents] = mapped_column(default=0)
