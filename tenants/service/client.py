"""Programs that ask for short tokens with an identifier and a secret (OAuth 2.0, client credentials)."""

import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from kit import signing
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import NotFound, Unauthenticated
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import ApiClient, ApiToken
from tenants.permissions import PERMISSIONS
from tenants.queries import program as queries
from tenants.rules.program import ACCESS_LIFETIME, CLIENT_PREFIX, OVERLAP, check_lifetime, read_program
from tenants.service.program import find_place, warn_before_end
from tenants.service.token import TOKEN_LIFETIME

EXPIRES_SOON = "api_client.expires_soon"


@dataclass(frozen=True, slots=True)
class Known:
    """A live client, as the door of tokens sees it: `digests` of the secrets that open now."""

    id: UUID
    scopes: tuple[str, ...]
    digests: tuple[str, ...]

    def opens(self, secret: str) -> bool:
        """Whether this is its secret, or the one before while it still opens."""
        digest = signing.sha256(secret.encode())
        return any(hmac.compare_digest(digest, one) for one in self.digests)


def create_client(
    actor: Actor,
    name: str,
    scopes: Collection[str],
    *,
    known_scopes: Collection[str],
    roles: Collection[str] = (),
    finess_ej: str | None = None,
    provider: str | None = None,
    lifetime: timedelta = TOKEN_LIFETIME,
) -> tuple[ApiClient, str]:
    """A client and its secret, shown once. Words and errors as for tenants.service.token.create_token."""
    inside = finess_ej is not None or provider is not None
    form = read_program(name, scopes, roles, lifetime, inside=inside, known_scopes=known_scopes)
    secret = _random()
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "api_client.create")
        organisation = find_place(tx, finess_ej, provider)
        client = ApiClient(
            id=uuid7(),
            digest=signing.sha256(secret.encode()),
            organisation_id=organisation.id if organisation else None,
            name=form.name,
            roles=form.roles,
            scopes=form.scopes,
            created_by=actor.user_id,
            created_at=tx.now,
            expires_at=tx.now + form.lifetime,
        )
        tx.add(client)
        warn_before_end(tx, EXPIRES_SOON, client.id, client.expires_at)
        tx.audit("api_client.create", client.id, scopes=client.scopes, roles=client.roles)
        return client, secret


def renew_client(actor: Actor, client_id: UUID, lifetime: timedelta = TOKEN_LIFETIME) -> tuple[ApiClient, str]:
    """Another secret, shown once, and `lifetime` from now on. The secret before opens for a week more.

    Raises Invalid (field lifetime), NotFound.
    """
    check_lifetime(lifetime)
    secret = _random()
    with transaction(actor) as tx:
        client = queries.get_client(tx.session, tx.tenant_id, client_id)
        permit(PERMISSIONS, actor, "api_client.renew", client)
        if client.revoked_at is not None:
            raise NotFound(queries.NO_CLIENT)
        client.previous_digest, client.previous_until = client.digest, tx.now + OVERLAP
        client.digest, client.expires_at = signing.sha256(secret.encode()), tx.now + lifetime
        warn_before_end(tx, EXPIRES_SOON, client.id, client.expires_at)
        tx.audit("api_client.renew", client.id)
        return client, secret


def revoke_client(actor: Actor, client_id: UUID) -> None:
    """Stop a client and its tokens, at once. Raises NotFound."""
    with transaction(actor) as tx:
        client = queries.get_client(tx.session, tx.tenant_id, client_id)
        permit(PERMISSIONS, actor, "api_client.revoke", client)
        if client.revoked_at is None:
            client.revoked_at = tx.now
            queries.revoke_tokens_of(tx.session, client.id, tx.now)
            tx.undue(EXPIRES_SOON, client.id)
            tx.audit("api_client.revoke", client.id)


def find_client(actor: Actor, client_id: UUID) -> Known | None:
    """A live client of the actor's portal."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "access_token.ask")
        client = queries.find_client(tx.session, client_id, tx.now)
        if client is None:
            return None
        still = client.previous_until is not None and client.previous_until > tx.now
        before = (client.previous_digest,) if still and client.previous_digest else ()
        return Known(client.id, tuple(client.scopes), (client.digest, *before))


def give_access_token(actor: Actor, client_id: UUID, secret: str, scopes: Sequence[str]) -> None:
    """Keep a token of an hour, or of what is left of the client's life. Raises Unauthenticated when it was stopped."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "access_token.ask")
        client = queries.get_client(tx.session, tx.tenant_id, client_id)
        if client.revoked_at is not None or client.expires_at <= tx.now:
            raise Unauthenticated("Ce client n’est plus valable.")
        client.used_at = tx.now
        token = ApiToken(
            id=uuid7(),
            digest=signing.sha256(secret.encode()),
            organisation_id=client.organisation_id,
            client_id=client.id,
            name=client.name,
            roles=client.roles,
            scopes=list(scopes),
            created_at=tx.now,
            expires_at=min(tx.now + ACCESS_LIFETIME, client.expires_at),
        )
        tx.add(token)
        tx.audit("access_token.ask", token.id, client=str(client.id), scopes=token.scopes)


def _random() -> str:
    return CLIENT_PREFIX + secrets.token_urlsafe(32)
