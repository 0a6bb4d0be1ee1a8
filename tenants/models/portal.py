"""A portal: what every request reads, what its legal pages say, and the exports its managers asked for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import INSTANT, Base, Identified, OwnedByTenant, Platform, one_of
from tenants.rules.policy import ACCESSIBILITY_STATES, CLAIM_PROOFS, EXPORT_STATES


class Tenant(Platform, Base):
    """A GRADeS and its portal. `colour` is #rrggbb with checked contrast, `zone` an IANA name.

    A delivery is accepted within `acceptance_days`; past them somebody is alerted, unless silence accepts here.
    `second_factor_roles` must show a second factor before they hold anything here. `logo` is the SHA-256 of a picture
    of the storage, `domain` a host of its own; `accessibility_state` is said at the foot of every page. `suspension` is
    the reason that everybody may read; past `delete_after` nothing of the portal is kept.
    """

    __tablename__ = "tenant"
    __table_args__ = (
        CheckConstraint("acceptance_days between 1 and 90", "acceptance_days"),
        CheckConstraint("idle_minutes between 15 and 720", "idle_minutes"),
        CheckConstraint("step_up_minutes between 5 and 60", "step_up_minutes"),
        CheckConstraint("review_months between 1 and 12", "review_months"),
        CheckConstraint(one_of("claim_proof", CLAIM_PROOFS), "claim_proof"),
        CheckConstraint("domain ~ '^[a-z0-9.-]+$'", "domain"),
        CheckConstraint(one_of("accessibility_state", ACCESSIBILITY_STATES), "accessibility_state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    ars: Mapped[str]
    region_code: Mapped[str]
    zone: Mapped[str]
    colour: Mapped[str]
    contact_email: Mapped[str]
    acceptance_days: Mapped[int] = mapped_column(default=15, server_default=text("15"))
    silence_accepts: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    domain: Mapped[str | None] = mapped_column(unique=True)
    logo: Mapped[str | None]
    second_factor_roles: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    idle_minutes: Mapped[int] = mapped_column(default=120, server_default=text("120"))
    step_up_minutes: Mapped[int] = mapped_column(default=15, server_default=text("15"))
    claim_proof: Mapped[str] = mapped_column(default="later", server_default=text("'later'"))
    review_months: Mapped[int] = mapped_column(default=6, server_default=text("6"))
    accessibility_state: Mapped[str] = mapped_column(default="none", server_default=text("'none'"))
    suspended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    suspension: Mapped[str | None]
    delete_after: Mapped[datetime | None] = mapped_column(INSTANT)
    created_at: Mapped[datetime] = mapped_column(INSTANT)


class TenantProfile(OwnedByTenant, Base):
    """What the portal says of who publishes it (LCEN art. 6, RGPD art. 13, loi 2005-102 art. 47). Empty: not known yet.

    `departments` are INSEE codes; `letter_head` is printed on documents.
    """

    __tablename__ = "tenant_profile"
    departments: Mapped[list[Any]] = mapped_column(default=list)
    letter_head: Mapped[str] = mapped_column(default="")
    publisher: Mapped[str] = mapped_column(default="")
    publication_director: Mapped[str] = mapped_column(default="")
    host_name: Mapped[str] = mapped_column(default="")
    host_address: Mapped[str] = mapped_column(default="")
    host_phone: Mapped[str] = mapped_column(default="")
    dpo_name: Mapped[str] = mapped_column(default="")
    dpo_email: Mapped[str] = mapped_column(default="")
    security_contact: Mapped[str] = mapped_column(default="")
    accessibility_audited_on: Mapped[date | None]
    accessibility_notes: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(INSTANT)


class TenantExport(OwnedByTenant, Identified, Base):
    """Everything of a portal, asked by one of its managers: rows, files, and a manifest with their hashes.

    `stored` is the archive's name in the storage; `progress` is in percent. Whoever makes it holds it until
    `held_until`; `fetched_at` is when somebody last took it away.
    """

    __tablename__ = "tenant_export"
    __table_args__ = (
        CheckConstraint(one_of("state", EXPORT_STATES), "state"),
        CheckConstraint("(state = 'ready') = (stored is not null)", "stored"),
        CheckConstraint("state <> 'failed' or error is not null", "failed"),
        Index(None, "tenant_id", postgresql_where=text("state in ('asked', 'running')")),
    )

    state: Mapped[str] = mapped_column(default="asked")
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    started_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ready_at: Mapped[datetime | None] = mapped_column(INSTANT)
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT)
    progress: Mapped[int] = mapped_column(default=0)
    stored: Mapped[str | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    held_until: Mapped[datetime | None] = mapped_column(INSTANT)
    fetched_at: Mapped[datetime | None] = mapped_column(INSTANT)
    error: Mapped[str | None]
