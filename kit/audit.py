"""The audit log: who did what to what, as whom, from where, and when; written in the transaction of the act.

A line is chained to the one before it by the database itself, when it is inserted (migration 0018): `number` follows
without a gap inside a tenant, `hash` is the SHA-256 of the previous hash and of `audit_text(line)`. No personal words:
people are named by their identifier, so that an erased person leaves the log whole.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.actor import Actor
from kit.db import INSTANT, Base, Identified, OwnedByTenant, uuid7

# All lines of a transaction at once: the database takes the head of the chain once. kit.transaction says them last.
ADD_LINES = (
    "insert into audit_line (tenant_id, id, at, action, subject_id, actor_kind, actor_id, actor_name, acting_as, ip, "
    "request_id, facts) select * from jsonb_to_recordset({}::jsonb) as line (tenant_id uuid, id uuid, "
    "at timestamptz, action text, subject_id uuid, actor_kind text, actor_id uuid, actor_name text, acting_as text, "
    "ip text, request_id text, facts jsonb)"
)


class AuditLine(OwnedByTenant, Identified, Base):
    """One act. `action` is `thing.move`; `facts` holds identifiers and figures, never what people wrote.

    `actor_name` is a program's or the software's; of a person it is empty and `actor_id` tells.
    """

    __tablename__ = "audit_line"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index(None, "tenant_id", "subject_id", "id"),
        Index(None, "tenant_id", "actor_id", "id"),
        Index(None, "tenant_id", "action", "id"),
    )

    at: Mapped[datetime] = mapped_column(INSTANT)
    action: Mapped[str]
    subject_id: Mapped[UUID | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    acting_as: Mapped[str]
    ip: Mapped[str | None]
    request_id: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    # The database fills them when it chains the line.
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


class AuditChain(OwnedByTenant, Base):
    """Where a tenant's chain stands: the number and the hash of its last line."""

    __tablename__ = "audit_chain"

    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


class AuditAnchor(OwnedByTenant, Base):
    """Where the chain stood at an instant, signed (Ed25519, kit.signing): a copy kept elsewhere proves the past.

    Made every day by the clock, and whenever somebody asks. Lines up to the number of an anchor may be purged: the
    chain goes on from it.
    """

    __tablename__ = "audit_anchor"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(INSTANT)
    hash: Mapped[str]
    public_key: Mapped[str]
    signature: Mapped[str]


def line_of(actor: Actor, at: datetime, action: str, subject_id: UUID | None, facts: dict[str, Any]) -> dict[str, Any]:
    """A line to add, as JSON writes it."""
    return {
        "tenant_id": str(actor.tenant_id),
        "id": str(uuid7()),
        "at": at.isoformat(),
        "action": action,
        "subject_id": str(subject_id) if subject_id else None,
        "actor_kind": actor.kind,
        "actor_id": str(actor.user_id) if actor.user_id else None,
        "actor_name": "" if actor.kind == "person" else actor.name,
        "acting_as": actor.acting_as,
        "ip": actor.ip,
        "request_id": actor.request_id,
        "facts": facts,
    }
