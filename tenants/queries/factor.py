"""Second factors, and what waits for an answer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from tenants.models import (
    Challenge,
    Membership,
    OrganisationMember,
    Passkey,
    RecoveryCode,
    Tenant,
    TotpSecret,
)


def find_totp(session: Session, user_id: UUID, lock: bool = False) -> TotpSecret | None:
    """The confirmed secret of a person's application; `lock` makes those who use one code take turns."""
    found = session.get(TotpSecret, user_id, with_for_update=lock or None)
    return found if found is not None and found.confirmed_at is not None else None


def list_passkeys(session: Session, user_id: UUID) -> Sequence[Passkey]:
    """A person's keys, of every host, the oldest first."""
    return session.scalars(
        select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at, Passkey.id)
    ).all()


def find_passkey(session: Session, credential_id: str, host: str) -> Passkey | None:
    """The key of a credential at a host, locked: its count only goes up."""
    return session.scalar(
        select(Passkey).where(Passkey.credential_id == credential_id, Passkey.host == host).with_for_update()
    )


def count_recovery_codes(session: Session, user_id: UUID) -> int:
    """How many of a person's codes are left."""
    left = select(func.count()).select_from(RecoveryCode)
    return session.scalar(left.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


def take_recovery_code(session: Session, user_id: UUID, digest: str, now: datetime) -> bool:
    """Use a code, once: of two that try together, one gets it."""
    taken = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.digest == digest, RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.digest)
    )
    return taken.first() is not None


def has_factor(session: Session, user_id: UUID) -> bool:
    """Whether a person has an application or a key. Codes for a bad day alone are none."""
    application = exists().where(TotpSecret.user_id == user_id, TotpSecret.confirmed_at.is_not(None))
    return bool(session.scalar(select(or_(application, exists().where(Passkey.user_id == user_id)))))


def portals_that_want_one(session: Session, user_id: UUID) -> Sequence[Tenant]:
    """The portals where a person's role wants a second factor, by name. For a session that sees all their places."""
    return session.scalars(select(Tenant).where(_wants_one(user_id)).order_by(Tenant.name, Tenant.slug)).all()


def wants_one(session: Session, tenant_id: UUID, user_id: UUID) -> bool:
    """Whether a role of a person in a portal wants a second factor there."""
    return session.scalar(select(Tenant.id).where(Tenant.id == tenant_id, _wants_one(user_id))) is not None


def _wants_one(user_id: UUID) -> ColumnElement[bool]:
    wanted = Tenant.second_factor_roles
    return or_(
        exists().where(
            Membership.tenant_id == Tenant.id, Membership.user_id == user_id, wanted.has_key(Membership.role)
        ),
        exists().where(
            OrganisationMember.tenant_id == Tenant.id,
            OrganisationMember.user_id == user_id,
            wanted.has_key(OrganisationMember.role),
        ),
    )


def belongs_here(session: Session, tenant_id: UUID, user_id: UUID) -> bool:
    """Whether a person holds a role or a place in a portal."""
    role = exists().where(Membership.tenant_id == tenant_id, Membership.user_id == user_id)
    place = exists().where(OrganisationMember.tenant_id == tenant_id, OrganisationMember.user_id == user_id)
    return bool(session.scalar(select(or_(role, place))))


def take_challenge(session: Session, purpose: str, subject: str, digest: str, now: datetime) -> Challenge | None:
    """Use a challenge, once: whatever becomes of its answer, it is gone."""
    return session.scalar(
        delete(Challenge)
        .where(
            Challenge.purpose == purpose,
            Challenge.subject == subject,
            Challenge.digest == digest,
            Challenge.expires_at > now,
        )
        .returning(Challenge)
    )


def find_challenge(session: Session, purpose: str, subject: str, now: datetime, lock: bool = False) -> Challenge | None:
    """What waits for this session or browser; `lock` makes those who answer take turns."""
    waiting = (
        select(Challenge)
        .where(Challenge.purpose == purpose, Challenge.subject == subject, Challenge.expires_at > now)
        .order_by(Challenge.expires_at.desc())
        .limit(1)
    )
    return session.scalar(waiting.with_for_update() if lock else waiting)


def drop_challenges(session: Session, purpose: str, subject: str) -> None:
    """Forget those that wait: another takes their place, or too many answers were wrong."""
    session.execute(delete(Challenge).where(Challenge.purpose == purpose, Challenge.subject == subject))
