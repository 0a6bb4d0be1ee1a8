"""Sessions and tokens: who a cookie or a bearer token stands for, now."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import delete, update

from kit import signing
from kit.actor import Actor, anonymous
from kit.db import uuid7
from kit.errors import Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from kit.vault import lock_away
from tenants.models import Session, User
from tenants.permissions import PERMISSIONS
from tenants.queries.organisation import get_organisation
from tenants.queries.person import find_person
from tenants.queries.program import find_token

SESSION_LIFETIME = timedelta(hours=12)
SEEN_AGAIN = timedelta(minutes=1)
# What every token may ask, whatever its scopes: which portal this is, and what it may do there.
WHO_AM_I = frozenset({"tenant.view"})
SECRET_LENGTH = 43  # 256 bits, base64 without padding
NO_ROLE = frozenset({"account"})  # somebody who holds nothing here has at least their own account


@dataclass(frozen=True, slots=True)
class Cookie:
    """A session's secret, for one browser, and when it ends."""

    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Cookie(until {self.expires_at:%Y-%m-%dT%H:%MZ})"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody came in: `factor` when a second factor was shown on the way; `agent` is the browser, in words."""

    method: str = "link"
    factor: bool = False
    identity_id: UUID | None = None
    acr: str | None = None
    siret: str | None = None
    activities: list[Any] | None = None
    id_token: str = ""
    agent: str = ""


LINK = Arrival()


@dataclass(frozen=True, slots=True)
class Policy:
    """What a portal asks of sessions."""

    second_factor_roles: frozenset[str] = frozenset()
    idle: timedelta = timedelta(minutes=120)
    step_up: timedelta = timedelta(minutes=15)

    @classmethod
    def read(cls, row: list[Any] | None) -> Self:
        """From queries.person.find_person; outside every portal, the usual one."""
        if row is None:
            return cls()
        roles, idle, step_up = row
        return cls(frozenset(roles), timedelta(minutes=idle), timedelta(minutes=step_up))


def start_session(tx: Tx, user: User, arrival: Arrival = LINK) -> Cookie:
    """Open a session of 12 hours."""
    cookie = Cookie(secrets.token_urlsafe(32), tx.now + SESSION_LIFETIME)
    session = Session(
        digest=_digest(cookie.secret),
        id=uuid7(),
        user_id=user.id,
        method=arrival.method,
        identity_id=arrival.identity_id,
        acr=arrival.acr,
        siret=arrival.siret,
        activities=arrival.activities,
        id_token=lock_away(arrival.id_token),
        agent=arrival.agent[:200],
        ip=tx.actor.ip or "",
        created_at=tx.now,
        seen_at=tx.now,
        proved_at=tx.now,
        factor_at=tx.now if arrival.factor else None,
        expires_at=cookie.expires_at,
    )
    tx.add(session)
    return cookie


def find_signed_in(tenant_id: UUID | None, secret: str, request_id: str | None, ip: str | None = None) -> Actor | None:
    """The person of a session with what they hold in the tenant; None when it ended, or was idle for too long.

    Who has a second factor, or a role for which the tenant wants one, holds nothing until the session has shown it:
    those roles are `held_back`, `account` where there is none. Two statements at most, one more a minute to note that
    the session is in use.
    """
    if len(secret) != SECRET_LENGTH:
        return None
    digest = _digest(secret)
    with transaction(anonymous(tenant_id)) as tx:
        row = find_person(tx.session, digest, tx.now, tenant_id)
        if row is None:
            return None
        policy = Policy.read(row.policy)
        if tx.now - row.seen_at > policy.idle:
            return None
        if tx.now - row.seen_at > SEEN_AGAIN:
            tx.session.execute(update(Session).where(Session.digest == digest).values(seen_at=tx.now))
        return _person(tenant_id, row, policy, tx.now, request_id, ip)


def _person(
    tenant_id: UUID | None, row: Any, policy: Policy, now: datetime, request_id: str | None, ip: str | None
) -> Actor:
    places = {UUID(key): place for key, place in (row.organisations or {}).items()}
    roles = frozenset(row.roles or ())
    held = roles | {role for role, _ in places.values()}
    wants_factor = row.has_factor or not held.isdisjoint(policy.second_factor_roles)
    person = Actor(
        "person",
        tenant_id,
        user_id=row.id,
        name=row.name,
        email=row.email,
        session_id=row.session_id,
        request_id=request_id,
        ip=ip,
        stale=now - (row.factor_at if wants_factor and row.factor_at else row.proved_at) > policy.step_up,
    )
    if wants_factor and row.factor_at is None:
        # Who has none yet adds one while their sign-in is fresh; who has one must show it first.
        return replace(person, held_back=held or NO_ROLE, stale=row.has_factor or person.stale)
    return replace(
        person,
        roles=roles,
        organisations=MappingProxyType({key: frozenset({role}) for key, (role, _) in places.items()}),
        suppliers=frozenset(key for key, (_, kind) in places.items() if kind == "provider"),
    )


def rotate_session(tx: Tx, secret: str, factor: bool) -> Cookie:
    """Give a session another secret, now that its person has proved who they are: the old one stands for nobody.

    `factor`: by a second factor. Raises Unauthenticated when the session is no more, or is somebody else's.
    """
    fresh = secrets.token_urlsafe(32)
    proved = {"digest": _digest(fresh), "proved_at": tx.now} | ({"factor_at": tx.now} if factor else {})
    mine = (Session.digest == _digest(secret), Session.user_id == tx.actor.user_id, Session.expires_at > tx.now)
    expires_at = tx.session.scalar(
        update(Session)
        .where(*mine)
        .values(proved)
        .returning(Session.expires_at)
        .execution_options(synchronize_session=False)
    )
    if expires_at is None:
        raise Unauthenticated()
    return Cookie(fresh, expires_at)


def find_bearer(tenant_id: UUID, secret: str, request_id: str | None, ip: str | None = None) -> Actor | None:
    """Whoever a token stands for; None when it is unknown here, revoked or too old.

    Three statements at most, one more a minute to note that the token is in use.
    """
    with transaction(anonymous(tenant_id)) as tx:
        token = find_token(tx.session, _digest(secret), tx.now)
        if token is None:
            return None
        inside = get_organisation(tx.session, tenant_id, token.organisation_id) if token.organisation_id else None
        if token.used_at is None or tx.now - token.used_at > SEEN_AGAIN:
            token.used_at = tx.now
    held = frozenset(token.roles)
    program = Actor(
        "token",
        tenant_id,
        name=token.name,
        session_id=token.id,
        scopes=frozenset(token.scopes) | WHO_AM_I,
        request_id=request_id,
        ip=ip,
    )
    if inside is None:
        return replace(program, roles=held)
    return replace(
        program,
        organisations=MappingProxyType({inside.id: held}),
        suppliers=frozenset({inside.id} if inside.kind == "provider" else ()),
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
