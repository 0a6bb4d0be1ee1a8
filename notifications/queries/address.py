"""What is known of those we write to: their choices, and what came back from their addresses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, column, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text, Uuid

from kit.errors import NotFound
from notifications.models import MailReport, NotificationPreference, SuppressedAddress
from notifications.rules.delivery import Reader
from notifications.rules.quiet import DEFAULT, QuietHours

Key = tuple[UUID | None, str]  # whom, and at what address

_ASKED = (
    func.unnest(bindparam("people", type_=ARRAY(Uuid)), bindparam("emails", type_=ARRAY(Text)))
    .table_valued(column("user_id", Uuid), column("email", Text))
    .render_derived(name="asked")
)
_CHOICES, _ADDRESS = NotificationPreference, SuppressedAddress
# Written once. The tenant is said beside the policy, so that both joins walk the keys.
_KNOWN = (
    select(
        _ASKED.c.user_id,
        _ASKED.c.email,
        _CHOICES.user_id.is_not(None).label("has_chosen"),
        _CHOICES.choices,
        _CHOICES.quiet_begins,
        _CHOICES.quiet_ends,
        _CHOICES.quiet_weekends,
        _ADDRESS.refused_at,
        _ADDRESS.optional_off_at,
    )
    .select_from(
        _ASKED.outerjoin(
            _CHOICES, (_CHOICES.tenant_id == bindparam("tenant")) & (_CHOICES.user_id == _ASKED.c.user_id)
        ).outerjoin(_ADDRESS, (_ADDRESS.tenant_id == bindparam("tenant")) & (_ADDRESS.email == _ASKED.c.email))
    )
    .where(or_(_CHOICES.user_id.is_not(None), _ADDRESS.id.is_not(None)))
)


def known_readers(session: Session, tenant_id: UUID, asked: Sequence[Key]) -> Mapping[Key, Reader]:
    """Those of whom something is known, in one query however many are asked about; nobody else is in the answer."""
    people, emails = [user_id for user_id, _ in asked], [email for _, email in asked]
    rows = session.execute(_KNOWN, {"people": people, "emails": emails, "tenant": tenant_id})
    return {(row.user_id, row.email): _reader(row) for row in rows}


def _reader(row: Row[Any]) -> Reader:
    quiet = QuietHours(row.quiet_begins, row.quiet_ends, row.quiet_weekends) if row.has_chosen else DEFAULT
    return Reader(row.choices or {}, quiet, row.refused_at, row.optional_off_at is not None)


def find_preference(
    session: Session, tenant_id: UUID, user_id: UUID, *, lock: bool = False
) -> NotificationPreference | None:
    """What a person has chosen, if they did."""
    return session.get(NotificationPreference, (tenant_id, user_id), with_for_update=lock)


def find_suppressed(session: Session, email: str, *, lock: bool = False) -> SuppressedAddress | None:
    """What is held against an address of the session's tenant."""
    found = select(SuppressedAddress).where(SuppressedAddress.email == email)
    return session.scalar(found.with_for_update() if lock else found)


def get_suppressed(session: Session, tenant_id: UUID, suppressed_id: UUID) -> SuppressedAddress:
    """One of them, locked. Raises NotFound."""
    found = session.get(SuppressedAddress, (tenant_id, suppressed_id), with_for_update=True)
    if found is None:
        raise NotFound()
    return found


def list_suppressed(session: Session, words: str, before: UUID | None, size: int) -> Sequence[SuppressedAddress]:
    """Those of the session's tenant whose address contains `words`, newest first, at most `size`, before `before`."""
    found = select(SuppressedAddress)
    if words:
        found = found.where(SuppressedAddress.email.contains(words, autoescape=True))
    if before is not None:
        found = found.where(SuppressedAddress.id < before)
    return session.scalars(found.order_by(SuppressedAddress.id.desc()).limit(size)).all()


def count_soft(session: Session, email: str, since: datetime) -> int:
    """How many mails to an address of the session's tenant came back for now, since then."""
    soft = select(func.count()).where(MailReport.email == email, MailReport.kind == "soft", MailReport.at > since)
    return session.scalar(soft) or 0
