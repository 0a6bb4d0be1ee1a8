"""API tokens: of a tenant, or of one organisation in it; each may do only what its scopes name."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from kit import signing
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Invalid, NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import ApiToken, Organisation
from tenants.permissions import PERMISSIONS
from tenants.queries.organisation import find_organisation, find_suppliers
from tenants.queries.person import list_tokens as live_tokens
from tenants.rules.people import check_line
from tenants.rules.roles import ORGANISATION_ROLES, TENANT_ROLES, check_role
from tenants.service.entity import check_finess_ej

TOKEN_LIFETIME = timedelta(days=365)
PREFIX = "crrc_"  # so that a token lost in a file is recognised by those who look for them


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
    finess_ej), NotFound without such organisation.
    """
    _check_scopes(scopes, known_scopes)
    inside = finess_ej is not None or provider is not None
    possible = ORGANISATION_ROLES if inside else TENANT_ROLES
    held = [check_role(role, possible) for role in roles or (("editor",) if inside else TENANT_ROLES)]
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "api_token.create")
        organisation = _organisation(tx, finess_ej, provider)
        token = ApiToken(
            id=uuid7(),
            digest=signing.sha256(secret.encode()),
            organisation_id=organisation.id if organisation else None,
            name=check_line(name, "name", "Nommez le jeton, par exemple d’après le logiciel qui s’en sert."),
            roles=sorted(held),
            scopes=sorted(set(scopes)),
            created_by=actor.user_id,
            created_at=tx.now,
            expires_at=tx.now + lifetime,
        )
        tx.add(token)
        tx.audit("api_token.create", token.id, scopes=token.scopes, roles=token.roles)
        return token, secret


def revoke_token(actor: Actor, token_id: UUID) -> None:
    """Stop a token, at once. Raises NotFound."""
    with transaction(actor) as tx:
        token = tx.session.get(ApiToken, (tx.tenant_id, token_id), with_for_update=True)
        if token is None:
            raise NotFound("Ce jeton n’existe pas dans ce portail.")
        permit(PERMISSIONS, actor, "api_token.revoke", token)
        if token.revoked_at is None:
            token.revoked_at = tx.now
            tx.audit("api_token.revoke", token.id)


def list_tokens(actor: Actor) -> Sequence[ApiToken]:
    """The tokens of the actor's portal that were not revoked, newest first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "api_token.create")
        return live_tokens(tx.session, tx.tenant_id)


def _organisation(tx: Tx, finess_ej: str | None, provider: str | None) -> Organisation | None:
    if finess_ej is not None:
        found = find_organisation(tx.session, check_finess_ej(finess_ej))
        if found is None:
            raise NotFound(f"Aucune organisation n’a de compte sous le numéro {finess_ej} dans ce portail.")
        return found
    if provider is None:
        return None
    suppliers = find_suppliers(tx.session, provider)
    if len(suppliers) != 1:
        number = "Plusieurs prestataires ont" if suppliers else "Aucun prestataire n’a"
        raise NotFound(f"{number} un compte sous «\xa0{provider}\xa0»\xa0: donnez son identifiant.")
    return suppliers[0]


def _check_scopes(scopes: Collection[str], known: Collection[str]) -> None:
    things = {action.partition(".")[0] for action in known}
    unknown = sorted(set(scopes) - set(known) - things)
    fault = None
    if not scopes:
        fault = "Indiquez au moins une portée (--scope), par exemple candidacy ou campaign.view."
    elif unknown:
        fault = (
            f"Portée inconnue\N{NO-BREAK SPACE}: {', '.join(unknown)}. "
            f"Portées possibles\N{NO-BREAK SPACE}: {', '.join(sorted(things))}, ou l’une de leurs actions."
        )
    if fault:
        raise Invalid(fault, {"scopes": fault})
