"""What the actor still holds, read again under the lock of those who give and take roles.

A request knows its actor from its first statement. Whoever lost a role between that statement and the lock must not
use it to keep it: a command that changes people asks here, after it has locked what they belong to.
"""

from dataclasses import replace
from types import MappingProxyType
from uuid import UUID

from kit.actor import Actor
from kit.errors import NotFound
from kit.transaction import Tx
from tenants.models import Tenant
from tenants.queries.organisation import find_place
from tenants.queries.person import list_roles


def standing(tx: Tx, organisation_id: UUID | None = None) -> Actor:
    """The actor with the roles they had and still have, in the portal and in one organisation. Never more."""
    actor = tx.actor
    if actor.kind != "person" or actor.user_id is None:
        return actor
    roles = actor.roles & frozenset(list_roles(tx.session, tx.tenant_id, actor.user_id)) if actor.roles else actor.roles
    if organisation_id is None or organisation_id not in actor.organisations:
        return replace(actor, roles=roles)
    place = find_place(tx.session, tx.tenant_id, organisation_id, actor.user_id, fresh=True)
    held = actor.organisations[organisation_id] & ({place.role} if place else frozenset())
    places = {**actor.organisations, organisation_id: held}
    return replace(actor, roles=roles, organisations=MappingProxyType(places))


def lock_portal(tx: Tx) -> Tenant:
    """The portal's row: those who change who holds a role in it take turns. It stops nobody who refers to it."""
    tenant = tx.session.get(Tenant, tx.tenant_id, with_for_update={"key_share": True}, populate_existing=True)
    if tenant is None:
        raise NotFound()
    return tenant
