"""API tokens: of a tenant, or of one organisation in it; each may do only what its scopes name."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from kit import signing
from kit.actor import Actor
from kit.db import uuid7
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import ApiToken
from tenants.permissions import PERMISSIONS
from tenants.queries import program as queries
from tenants.rules.program import TOKEN_PREFIX, read_program
from tenants.service.program import find_place, warn_before_end

TOKEN_LIFETIME = timedelta(days=365)
EXPIRES_SOON = "api_token.expires_soon"


def create_token(
    actor: Actor,
    name: str,
    scopes: Collection[str],
    *,
    known_scopes: Collection[str],
    roles: Collection[str] = (),
    finess_ej: str | None = None,
    provider: str | None = None,
    lifetime: timedelta = TOKEN_LIFETIME,
) -> tuple[ApiToken, str]:
    """A token and its secret, shown once. A scope is an action (`candidacy.submit`) or a thing (`candidacy`).

    `roles` default to all of the tenant's, or to `editor` inside the organisation of `finess_ej`, or inside `provider`
    (its identifier, or its name); `known_scopes` is what the house can do. Raises Invalid (fields name, scopes, role,
    finess_ej, lifetime), NotFound without such organisation.
    """
    inside = finess_ej is not None or provider is not None
    form = read_program(name, scopes, roles, lifetime, inside=inside, known_scopes=known_scopes)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "api_token.create")
        organisation = find_place(tx, finess_ej, provider)
        token = ApiToken(
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
        tx.add(token)
        warn_before_end(tx, EXPIRES_SOON, token.id, token.expires_at)
        tx.audit("api_token.create", token.id, scopes=token.scopes, roles=token.roles)
        return token, secret


def revoke_token(actor: Actor, token_id: UUID) -> None:
    """Stop a token, at once. Raises NotFound."""
    with transaction(actor) as tx:
        token = queries.get_token(tx.session, tx.tenant_id, token_id)
        permit(PERMISSIONS, actor, "api_token.revoke", token)
        if token.revoked_at is None:
            token.revoked_at = tx.now
            tx.undue(EXPIRES_SOON, token.id)
            tx.audit("api_token.revoke", token.id)


def list_tokens(actor: Actor) -> Sequence[ApiToken]:
    """The tokens of the actor's portal that somebody made and nobody revoked, newest first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "api_token.view")
        return queries.list_tokens(tx.session, tx.tenant_id)
