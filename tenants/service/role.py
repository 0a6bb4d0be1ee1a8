"""The ARS's and the GRADeS's people: who holds which role in a portal."""

from collections.abc import Sequence

from sqlalchemy import Row, delete
from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.errors import Conflict
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Membership, User
from tenants.permissions import PERMISSIONS
from tenants.queries.person import find_user
from tenants.queries.person import list_memberships as memberships
from tenants.rules.people import check_email
from tenants.rules.roles import TENANT_ROLES, check_role
from tenants.service.account import take_account


def grant_role(actor: Actor, email: str, role: str) -> User:
    """Give a role in the actor's portal; makes the account if need be. Raises Invalid, Conflict when already held."""
    address, wanted = check_email(email), check_role(role, TENANT_ROLES)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "membership.grant")
        user = take_account(tx, address)
        row = insert(Membership).values(tenant_id=tx.tenant_id, user_id=user.id, role=wanted, granted_at=tx.now)
        if tx.session.execute(row.on_conflict_do_nothing().returning(Membership.role)).first() is None:
            raise Conflict(f"{address} a déjà le rôle {wanted}.")
        tx.audit("membership.grant", user.id, role=wanted)
        return user


def revoke_role(actor: Actor, email: str, role: str) -> None:
    """Take a role back, at once. Raises Invalid, Conflict when it was not held."""
    address, unwanted = check_email(email), check_role(role, TENANT_ROLES)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "membership.revoke")
        user = find_user(tx.session, address)
        held = delete(Membership).where(
            Membership.tenant_id == tx.tenant_id,
            Membership.user_id == (user.id if user else None),
            Membership.role == unwanted,
        )
        if user is None or tx.session.execute(held.returning(Membership.role)).first() is None:
            raise Conflict(f"{address} n’a pas le rôle {unwanted} dans ce portail.")
        tx.audit("membership.revoke", user.id, role=unwanted)


def list_memberships(actor: Actor) -> Sequence[Row[User, str]]:
    """(user, role) of everybody who holds a role in the actor's portal."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "membership.view")
        return memberships(tx.session, tx.tenant_id)
