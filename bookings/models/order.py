"""From a right or a wish to a purchase: entitlements, quotes, orders."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bookings.rules.states import ENTITLEMENT, ORDER
from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, one_of, tenant_key


class Entitlement(OwnedByTenant, Identified, Base):
    """What a confirmed award gives a right to: a quantity of a service, of which the ARS pays a share."""

    __tablename__ = "entitlement"
    __table_args__ = (
        tenant_key("award_id", "award"),
        tenant_key("organisation_id", "organisation"),
        tenant_key("service_id", "service"),
        UniqueConstraint("tenant_id", "award_id"),
        CheckConstraint(one_of("state", ENTITLEMENT.states), "state"),
        CheckConstraint("ars_share_percent between 0 and 100", "ars_share"),
        CheckConstraint("quantity > 0", "quantity"),
        Index(None, "tenant_id", "organisation_id"),
    )

    award_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    service_id: Mapped[UUID]
    quantity: Mapped[int]
    ars_share_percent: Mapped[int]
    cap_cents: Mapped[Cents | None]
    expires_on: Mapped[date | None]
    contact: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=ENTITLEMENT.initial)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class Quote(OwnedByTenant, Identified, Base):
    """A price, promised to one organisation until a day (included). Written once, never changed.

    `net_cents` excludes VAT; `sentence` explains the price; `terms` is what the price rested on (services_catalog's
    Priced, as JSON). The ARS's part and the remainder are of the total, VAT included.
    """

    __tablename__ = "quote"
    __table_args__ = (
        tenant_key("organisation_id", "organisation"),
        tenant_key("service_version_id", "service_version"),
        tenant_key("lot_id", "lot"),
        tenant_key("provider_id", "provider"),
        tenant_key("price_line_id", "price_line"),
        tenant_key("entitlement_id", "entitlement"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("quantity > 0", "quantity"),
        CheckConstraint("net_cents + vat_cents = total_cents", "total"),
        CheckConstraint("ars_cents + remainder_cents = total_cents", "payers"),
        CheckConstraint("ars_cents >= 0 and remainder_cents >= 0", "shares"),
        Index(None, "tenant_id", "organisation_id", "id"),
    )

    number: Mapped[str]
    organisation_id: Mapped[UUID]
    finess_et: Mapped[str | None]
    service_version_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    price_line_id: Mapped[UUID]
    entitlement_id: Mapped[UUID | None]
    quantity: Mapped[int]
    unit_cents: Mapped[Cents]
    net_cents: Mapped[Cents]
    vat_cents: Mapped[Cents]
    vat_permille: Mapped[int]
    total_cents: Mapped[Cents]
    ars_cents: Mapped[Cents]
    remainder_cents: Mapped[Cents]
    sentence: Mapped[str]
    terms: Mapped[dict[str, Any]]
    valid_until: Mapped[date]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class Order(OwnedByTenant, Identified, Base):
    """A purchase order (bon de commande) on one quote. Its net amount counts against the lot from `place` to `cancel`.

    `contact` is who receives the provider (name, function, email, phone); `fee_cents` what a late cancellation costs,
    excluding VAT.
    """

    __tablename__ = "purchase_order"
    __table_args__ = (
        tenant_key("quote_id", "quote"),
        tenant_key("organisation_id", "organisation"),
        tenant_key("provider_id", "provider"),
        tenant_key("lot_id", "lot"),
        tenant_key("entitlement_id", "entitlement"),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "quote_id"),
        CheckConstraint(one_of("state", ORDER.states), "state"),
        CheckConstraint("state not in ('placed', 'completed') or placed_at is not null", "placed"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at is not null)", "cancelled"),
        CheckConstraint("(state = 'completed') = (completed_at is not null)", "completed"),
        CheckConstraint("fee_cents >= 0", "fee"),
        Index(None, "tenant_id", "organisation_id", "id"),
        Index(None, "tenant_id", "lot_id", "state"),
        Index(
            "uq_purchase_order_entitlement",
            "tenant_id",
            "entitlement_id",
            unique=True,
            postgresql_where=text("state in ('requested', 'placed', 'completed')"),
        ),
    )

    number: Mapped[str]
    quote_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    entitlement_id: Mapped[UUID | None]
    net_cents: Mapped[Cents]
    total_cents: Mapped[Cents]
    state: Mapped[str] = mapped_column(default=ORDER.initial)
    purchaser_reference: Mapped[str] = mapped_column(default="")
    engagement_number: Mapped[str] = mapped_column(default="")
    service_code: Mapped[str] = mapped_column(default="")
    contact: Mapped[dict[str, Any]]
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    requested_at: Mapped[datetime] = mapped_column(INSTANT)
    placed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    placed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    refused_motive: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[datetime | None] = mapped_column(INSTANT)
    cancel_motive: Mapped[str] = mapped_column(default="")
    fee_cents: Mapped[Cents] = mapped_column(default=0)
    completed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
