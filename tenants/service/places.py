"""Where else somebody has a place: every portal and organisation of theirs, in whichever portal they are now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from kit.actor import Actor
from kit.errors import Unauthenticated
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Organisation, Tenant
from tenants.permissions import PERMISSIONS
from tenants.queries import places as queries


@dataclass(frozen=True, slots=True)
class Place:
    """A portal where somebody has something: roles of the portal itself, and organisations with the role in each."""

    tenant: Tenant
    roles: Sequence[str]
    organisations: Sequence[tuple[Organisation, str]]


def list_my_places(actor: Actor) -> Sequence[Place]:
    """The portals of a person, by name. One statement for the portals, then one for each.

    It only tells: what they hold in one portal gives nothing in another, and is read there again with each request.
    """
    permit(PERMISSIONS, actor, "account.view")
    if actor.user_id is None:
        raise Unauthenticated()
    nowhere = Actor("person", None, user_id=actor.user_id)  # sees their own places alone, whatever the portal
    with transaction(nowhere) as tx:
        roles = queries.list_roles_anywhere(tx.session)
        inside = queries.list_seats_anywhere(tx.session)
        tenants = queries.list_tenants_of(tx.session, {tenant for tenant, _ in (*roles, *inside)})
    held = _grouped(roles)
    return [Place(one, held.get(one.id, ()), _organisations(actor.user_id, one)) for one in tenants]


def _organisations(user_id: UUID, tenant: Tenant) -> Sequence[tuple[Organisation, str]]:
    """Their names are behind each portal's own wall."""
    with transaction(Actor("person", tenant.id, user_id=user_id)) as tx:
        return queries.list_seats(tx.session, user_id)


def _grouped(pairs: Iterable[tuple[UUID, str]]) -> dict[UUID, list[str]]:
    ordered = sorted(pairs, key=lambda pair: (str(pair[0]), pair[1]))
    return {key: [role for _, role in group] for key, group in groupby(ordered, lambda pair: pair[0])}
