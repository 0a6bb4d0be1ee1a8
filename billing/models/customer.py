"""Who pays: facilities and the ARS; what they pay regularly."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.rules.states import CHANNELS, CUSTOMER_KINDS, PERIODS, PRORATIONS, REQUIREMENTS, SUBSCRIPTION
from kit.db import INSTANT, Base, Cents, Identified, OwnedByTenant, one_of, tenant_key


class Customer(OwnedByTenant, Identified, Base):
    """A customer of the GRADeS: a facility's account as it is invoiced, or the ARS (`is_funder`, one per tenant).

    `requirement` says what the customer's invoices must carry (service code, engagement number). `number` is its
    auxiliary account. `terms_days` replaces the delay of its kind. A mailed invoice goes to `email`.
    """

    __tablename__ = "customer"
    __table_args__ = (
        tenant_key("organisation_id", "organisation"),
        UniqueConstraint("tenant_id", "organisation_id"),
        UniqueConstraint("tenant_id", "number"),
        Index("uq_customer_funder", "tenant_id", unique=True, postgresql_where=text("is_funder")),
        Index(None, "tenant_id", "finess_ej"),
        CheckConstraint("is_funder <= (organisation_id is null)", "funder"),
        CheckConstraint(one_of("kind", CUSTOMER_KINDS), "kind"),
        CheckConstraint(one_of("requirement", REQUIREMENTS), "requirement"),
        CheckConstraint(one_of("channel", CHANNELS), "channel"),
        CheckConstraint("terms_days between 0 and 60", "terms"),
    )

    number: Mapped[str]
    organisation_id: Mapped[UUID | None]
    finess_ej: Mapped[str | None]
    is_funder: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str]
    name: Mapped[str]
    siret: Mapped[str] = mapped_column(default="")
    vat_number: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    town: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="FR")
    email: Mapped[str] = mapped_column(default="")
    electronic_address: Mapped[str] = mapped_column(default="")
    service_code: Mapped[str] = mapped_column(default="")
    requirement: Mapped[str] = mapped_column(default="none")
    channel: Mapped[str] = mapped_column(default="manual")
    terms_days: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class Subscription(OwnedByTenant, Identified, Base):
    """Something paid every period: `period_cents` (excluding VAT) for a whole one, in proportion for a part.

    `billed_until` is the last day that drafts were made for. Periods are calendar ones (months, quarters, years).
    """

    __tablename__ = "subscription"
    __table_args__ = (
        tenant_key("customer_id", "customer"),
        tenant_key("service_id", "service"),
        CheckConstraint(one_of("state", SUBSCRIPTION.states), "state"),
        CheckConstraint(one_of("period", PERIODS), "period"),
        CheckConstraint(one_of("proration", PRORATIONS), "proration"),
        CheckConstraint("period_cents > 0", "amount"),
        CheckConstraint("starts_on <= ends_on", "dates"),
        CheckConstraint("(state = 'ended') <= (ends_on is not null)", "ended"),
        Index(None, "tenant_id", "customer_id"),
    )

    customer_id: Mapped[UUID]
    service_id: Mapped[UUID | None]
    title: Mapped[str]
    period: Mapped[str]
    period_cents: Mapped[Cents]
    proration: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    billed_until: Mapped[date | None]
    engagement_number: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=SUBSCRIPTION.initial)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class AdhesionFee(OwnedByTenant, Identified, Base):
    """The fee (cotisation) of a year for adherents with so many establishments: `from_establishments` and more.

    The highest threshold that is reached applies. In proportion to the days or months of adhesion, or whole.
    """

    __tablename__ = "adhesion_fee"
    __table_args__ = (
        UniqueConstraint("tenant_id", "year", "from_establishments"),
        CheckConstraint(one_of("proration", PRORATIONS), "proration"),
        CheckConstraint("amount_cents > 0", "amount"),
        CheckConstraint("from_establishments >= 0", "threshold"),
    )

    year: Mapped[int]
    from_establishments: Mapped[int]
    amount_cents: Mapped[Cents]
    proration: Mapped[str]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime] = mapped_column(INSTANT)
