"""Sessions and tokens: who a cookie or a bearer token stands for, now."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete

from kit import signing
from kit.actor import Actor, anonymous
from kit.errors import NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Session, User
from tenants.permissions import PERMISSIONS
from tenants.queries.organisation import get_organisation
from tenants.queries.person import find_person, find_token

SESSION_LIFETIME = timedelta(hours=12)
SECRET_LENGTH = 43  # 256 bits, base64 without padding


@dataclass(frozen=True, slots=True)
class Cookie:
    """A session's secret, for one browser, and when it ends."""

    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Cookie(until {self.expires_at:%Y-%m-%dT%H:%MZ})"


def start_session(tx: Tx, user: User) -> Cookie:
    """Open a session of 12 hours."""
    cookie = Cookie(secrets.token_urlsafe(32), tx.now + SESSION_LIFETIME)
    tx.add(Session(digest=_digest(cookie.secret), user_id=user.id, created_at=tx.now, expires_at=cookie.expires_at))
    return cookie


def find_signed_in(tenant_id: UUID | None, secret: str, request_id: str | None) -> Actor | None:
    """The person of a session with what they hold in the tenant; None when it ended. Two statements at most."""
    if len(secret) != SECRET_LENGTH:
        return None
    with transaction(anonymous(tenant_id)) as tx:
        row = find_person(tx.session, _digest(secret), tx.now, tenant_id)
    if row is None:
        return None
    places = {UUID(key): place for key, place in (row.organisations or {}).items()}
    return Actor(
        "person",
        tenant_id,
        user_id=row.id,
        name=row.name,
        email=row.email,
        roles=frozenset(row.roles or ()),
        organisations=MappingProxyType({key: frozenset({role}) for key, (role, _) in places.items()}),
        suppliers=frozenset(key for key, (_, kind) in places.items() if kind == "provider"),
        request_id=request_id,
    )


def find_bearer(tenant_id: UUID, secret: str, request_id: str | None) -> Actor | None:
    """Whoever a token stands for, None when it is unknown, revoked or too old. Two statements at most.

    Raises NotFound when it is another tenant's: to that token, this portal does not exist.
    """
    with transaction(anonymous(None)) as tx:
        token = find_token(tx.session, _digest(secret), tx.now)
    if token is None:
        return None
    if token.tenant_id != tenant_id:
        raise NotFound()
    held, scopes = frozenset(token.roles), frozenset(token.scopes)
    if token.organisation_id is None:
        return Actor("token", tenant_id, name=token.name, roles=held, scopes=scopes, request_id=request_id)
    with transaction(anonymous(tenant_id)) as tx:
        inside = get_organisation(tx.session, tenant_id, token.organisation_id)
    return Actor(
        "token",
        tenant_id,
        name=token.name,
        organisations=MappingProxyType({inside.id: held}),
        suppliers=frozenset({inside.id} if inside.kind == "provider" else ()),
        scopes=scopes,
        request_id=request_id,
    )


def end_session(actor: Actor, secret: str) -> None:
    """Sign out: the session ends everywhere, at once. Nothing happens when it had ended."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "session.end")
        tx.session.execute(delete(Session).where(Session.digest == _digest(secret)))
        if actor.tenant_id is not None:
            tx.audit("session.end", actor.user_id)


def _digest(secret: str) -> str:
    return signing.sha256(secret.encode())
