"""What ends after a period that each portal chooses: claims with their proofs, programs' tokens, old consents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, select

from kit.outbox import Delivery, OutboxMessage
from kit.retention import Expiring
from kit.storage import storage
from kit.transaction import Tx
from tenants.models import ApiToken, Consent, OrganisationClaim


def _claims(before: datetime) -> Select[Any, Any]:
    since = OrganisationClaim.decided_at
    return select(OrganisationClaim.id, since.label("since")).where(OrganisationClaim.state != "asked", since < before)


def _remove_claims(tx: Tx, claims: Sequence[UUID]) -> None:
    remove_claims(tx, OrganisationClaim.id.in_(claims))


def remove_claims(tx: Tx, which: ColumnElement[bool]) -> int:
    """Remove requests, and the proofs that no other one shares; returns how many requests.

    The files leave before the rows are committed: a claim without its file is found again, a file without claim is not.
    """
    gone = tx.session.scalars(delete(OrganisationClaim).where(which).returning(OrganisationClaim.file_stored)).all()
    files = {name for name in gone if name}
    shared = select(OrganisationClaim.file_stored).where(OrganisationClaim.file_stored.in_(files))
    for name in files.difference(tx.session.scalars(shared) if files else ()):
        storage().forget(name)
    return len(gone)


def _tokens(before: datetime) -> Select[Any, Any]:
    since = func.least(ApiToken.expires_at, ApiToken.revoked_at)
    return select(ApiToken.id, since.label("since")).where(since < before)


def _remove_tokens(tx: Tx, tokens: Sequence[UUID]) -> None:
    tx.session.execute(delete(ApiToken).where(ApiToken.id.in_(tokens)))


def _consents(before: datetime) -> Select[Any, Any]:
    """Those that another word has replaced; and a last word, when it was no."""
    after = Consent.__table__.alias("after")
    replaced = exists().where(
        after.c.tenant_id == Consent.tenant_id,
        after.c.user_id == Consent.user_id,
        after.c.purpose == Consent.purpose,
        after.c.id > Consent.id,
        after.c.said_at < before,
    )
    over = replaced | Consent.given.is_(False)
    return select(Consent.id, Consent.said_at.label("since")).where(over, Consent.said_at < before)


def _remove_consents(tx: Tx, consents: Sequence[UUID]) -> None:
    tx.session.execute(delete(Consent).where(Consent.id.in_(consents)))


def _messages(before: datetime) -> Select[Any, Any]:
    """Not the deadlines that are done: told again of one that was removed, it would ring again."""
    since = OutboxMessage.settled_at
    return select(OutboxMessage.id, since.label("since")).where(since < before)


def _remove_messages(tx: Tx, messages: Sequence[UUID]) -> None:
    tx.session.execute(delete(Delivery).where(Delivery.message_id.in_(messages)))
    tx.session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(messages)))


EXPIRING = (
    Expiring("organisation_claim", _claims, _remove_claims),
    Expiring("program", _tokens, _remove_tokens),
    Expiring("consent", _consents, _remove_consents),
    Expiring("message", _messages, _remove_messages),
)
