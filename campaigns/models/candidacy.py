"""A legal entity's file in a call: its draft, each value ever typed, each submission with its receipt, each verdict."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.rules.states import CANDIDACY, OUTCOMES
from kit.db import INSTANT, Base, Identified, OwnedByTenant, one_of, tenant_key


class Candidacy(OwnedByTenant, Identified, Base):
    """One per legal entity and campaign. It belongs to the organisation, not to whoever typed it.

    `applicant` is what the register said when the file was started (edition, legal entity, establishments);
    `revision` grows with every save and is the ETag; `form_version` is the form its answers follow.
    """

    __tablename__ = "candidacy"
    __table_args__ = (
        tenant_key("campaign_id", "campaign"),
        tenant_key("organisation_id", "organisation"),
        UniqueConstraint("tenant_id", "campaign_id", "finess_ej"),
        UniqueConstraint("tenant_id", "reference"),
        CheckConstraint(one_of("state", CANDIDACY.states), "state"),
        CheckConstraint("state in ('draft', 'withdrawn') or submitted_at is not null", "submitted"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at is not null)", "withdrawn"),
        Index(None, "tenant_id", "campaign_id", "state", "submitted_at"),
        Index(None, "tenant_id", "organisation_id"),
    )

    campaign_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    finess_ej: Mapped[str]
    reference: Mapped[str]
    applicant_name: Mapped[str]
    department: Mapped[str | None]
    applicant: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=CANDIDACY.initial)
    revision: Mapped[int] = mapped_column(default=1)
    form_version: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(INSTANT)
    saved_at: Mapped[datetime] = mapped_column(INSTANT)
    submitted_at: Mapped[datetime | None] = mapped_column(INSTANT)
    withdrawn_at: Mapped[datetime | None] = mapped_column(INSTANT)


class AnswerRevision(OwnedByTenant, Base):
    """Every value ever saved in a field. `kept` is False for a value set aside by a conflict: nobody's text is lost.

    `settled_at` is when somebody chose between a value set aside and the one that stood.
    """

    __tablename__ = "answer_revision"
    __table_args__ = (
        tenant_key("candidacy_id", "candidacy"),
        CheckConstraint("not kept or settled_at is null", "settled"),
        Index(None, "tenant_id", "candidacy_id", postgresql_where=text("not kept and settled_at is null")),
    )

    candidacy_id: Mapped[UUID] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB, nullable=True)
    kept: Mapped[bool]
    saved_at: Mapped[datetime] = mapped_column(INSTANT)
    saved_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Verdict(OwnedByTenant, Identified, Base):
    """An eligibility decided once: rule version, edition of the register, and the facts that decided each clause."""

    __tablename__ = "verdict"
    __table_args__ = (
        tenant_key("campaign_id", "campaign"),
        tenant_key("candidacy_id", "candidacy"),
        CheckConstraint(one_of("outcome", OUTCOMES), "outcome"),
        Index(None, "tenant_id", "candidacy_id"),
    )

    campaign_id: Mapped[UUID]
    candidacy_id: Mapped[UUID]
    finess_ej: Mapped[str]
    rule_version: Mapped[int]
    edition_id: Mapped[int] = mapped_column(ForeignKey("registry_edition.id"))
    outcome: Mapped[str]
    clauses: Mapped[list[Any]]
    decided_at: Mapped[datetime] = mapped_column(INSTANT)


class Submission(OwnedByTenant, Identified, Base):
    """What was submitted, byte for byte, and its receipt. Never changed, never removed.

    At the end of its period the content alone is blanked, for ever (`erased_at`): the receipt stays, and its digest.
    `content` is canonical JSON (UTF-8), `sha256` its digest; `code` names the receipt in public; `statement` is the
    signed text, `signature` its Ed25519 signature under the public key `key` (base64).
    """

    __tablename__ = "submission"
    __table_args__ = (
        tenant_key("candidacy_id", "candidacy"),
        tenant_key("verdict_id", "verdict"),
        UniqueConstraint("tenant_id", "candidacy_id", "number"),
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("erased_at is null or content = '{}'", "erased"),
    )

    candidacy_id: Mapped[UUID]
    number: Mapped[int]
    verdict_id: Mapped[UUID]
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    content: Mapped[str]
    sha256: Mapped[str]
    code: Mapped[str]
    statement: Mapped[str]
    signature: Mapped[str]
    key: Mapped[str]
    erased_at: Mapped[datetime | None] = mapped_column(INSTANT)
